/** How often a message is rendered while it streams: at most 25 times a second; and slices of work. */

const SHORTEST_INTERVAL_MS = 40;
const SLICE_MS = 8;
// On a slow machine rendering leaves this many times its own duration to everything else.
const REST = 4;

/** Whether a pace renders now. */
let isRendering = false;

/**
 * Renders between two frames and not in one, so that what the browser does in the next, to lay it
 * out and to paint it, does not come on top: on a slow machine each is half of what a frame may
 * take. What is requested while another pace renders is rendered with it.
 */
export class RenderThrottle {
  #render;
  #timer = 0;
  #frame = 0;
  #notBefore = 0;

  /** @param {() => void} render never called while the page is hidden */
  constructor(render) {
    this.#render = render;
  }

  /** Renders soon, once however often it is asked. */
  request() {
    if (this.#timer || this.#frame) return;
    const wait = Math.max(0, this.#notBefore - performance.now());
    if (isRendering && wait === 0) this.#draw();
    else this.#timer = window.setTimeout(() => this.#due(), wait);
  }

  cancel() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#timer = this.#frame = 0;
  }

  #due() {
    this.#timer = 0;
    // A hidden page has no frames until it is seen again.
    if (document.hidden) this.#frame = requestAnimationFrame(() => this.#now());
    else this.#now();
  }

  #now() {
    this.#frame = 0;
    isRendering = true;
    try {
      this.#draw();
    } finally {
      isRendering = false;
    }
  }

  #draw() {
    const startedAt = performance.now();
    this.#notBefore = startedAt + SHORTEST_INTERVAL_MS;
    this.#render();
    const endedAt = performance.now();
    this.#notBefore = Math.max(this.#notBefore, endedAt + REST * (endedAt - startedAt));
  }
}

/** For work that is done a little at a time. */
export class TimeSlice {
  #endsAt = performance.now() + SLICE_MS;

  get isOver() {
    return performance.now() >= this.#endsAt;
  }

  /** Leaves the page a turn. */
  async next() {
    await nextTask();
    this.#endsAt = performance.now() + SLICE_MS;
  }
}

/** @returns {Promise<void>} fulfilled when the page has drawn what there is now */
export function afterFrame() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** @returns {Promise<void>} fulfilled when the page has had a turn */
function nextTask() {
  return new Promise((resolve) => setTimeout(resolve));
}

/** @returns {Promise<void>} fulfilled when the page has nothing else to do */
export function idle() {
  if (!window.requestIdleCallback) return nextTask();
  return new Promise((resolve) => requestIdleCallback(() => resolve()));
}
