/** Schedules rendering while a message streams, at most 25 times a second, and work in slices. */

const SHORTEST_INTERVAL_MS = 40;
const SLICE_MS = 8;
// After rendering, this many times its duration is left to everything else on a slow machine.
const REST = 4;

/** Whether any throttle renders now. */
let isRendering = false;

/**
 * Renders between two frames. Inside a frame the browser would lay out and paint in addition, and
 * on a slow machine each of the two takes half of the time of a frame. A request during the
 * rendering of another throttle is rendered together with it.
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

  /** Renders soon, once for any number of requests. */
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
    // A hidden page has no frames until it is visible again.
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

/** Divides work into slices of time. */
export class TimeSlice {
  #endsAt = performance.now() + SLICE_MS;

  get isOver() {
    return performance.now() >= this.#endsAt;
  }

  /** Lets the page do other tasks, then begins the next slice. */
  async next() {
    await nextTask();
    this.#endsAt = performance.now() + SLICE_MS;
  }
}

/** @returns {Promise<void>} fulfilled after the next frame is drawn */
export function afterFrame() {
  return new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}

/** @returns {Promise<void>} fulfilled after the page has run other tasks */
function nextTask() {
  return new Promise((resolve) => setTimeout(resolve));
}

/** @returns {Promise<void>} fulfilled when the page is idle */
export function idle() {
  if (!window.requestIdleCallback) return nextTask();
  return new Promise((resolve) => requestIdleCallback(() => resolve()));
}
