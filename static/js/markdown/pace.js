/** How often a message is rendered while it streams: at most 25 times a second; and slices of work. */

const SHORTEST_INTERVAL_MS = 40;
const SLICE_MS = 8;
// On a slow machine rendering leaves this many times its own duration to everything else.
const REST = 4;

/** @type {number | null} when the frame began that is being rendered now */
let frameTime = null;

/** What is requested while another pace renders belongs to the same frame. */
export class Pace {
  #render;
  #timer = 0;
  #frame = 0;
  #notBefore = 0;

  /** @param {() => void} render called in an animation frame, so never while the page is hidden */
  constructor(render) {
    this.#render = render;
  }

  /** Renders soon, once however often it is asked. */
  request() {
    if (this.#timer || this.#frame) return;
    const wait = this.#notBefore - (frameTime ?? performance.now());
    if (wait > 0) this.#timer = window.setTimeout(() => this.#nextFrame(), wait);
    else if (frameTime === null) this.#nextFrame();
    else this.#draw(frameTime);
  }

  cancel() {
    clearTimeout(this.#timer);
    cancelAnimationFrame(this.#frame);
    this.#timer = this.#frame = 0;
  }

  #nextFrame() {
    this.#timer = 0;
    this.#frame = requestAnimationFrame((time) => this.#now(time));
  }

  /** @param {number} time */
  #now(time) {
    this.#frame = 0;
    frameTime = time;
    try {
      this.#draw(time);
    } finally {
      frameTime = null;
    }
  }

  /** @param {number} time */
  #draw(time) {
    const startedAt = performance.now();
    this.#notBefore = time + SHORTEST_INTERVAL_MS;
    this.#render();
    const endedAt = performance.now();
    this.#notBefore = Math.max(this.#notBefore, endedAt + REST * (endedAt - startedAt));
  }
}

/** For work that is done a little at a time. */
export class Slice {
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

/** @returns {Promise<void>} fulfilled when the page has had a turn */
function nextTask() {
  return new Promise((resolve) => setTimeout(resolve));
}

/** @returns {Promise<void>} fulfilled when the page has nothing else to do */
export function idle() {
  if (!window.requestIdleCallback) return nextTask();
  return new Promise((resolve) => requestIdleCallback(() => resolve()));
}
