/**
 * Schedules reconnections: exponential with full jitter, at once when the browser is back online
 * and when somebody looks at the page again.
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
// A site that accepts and closes at once must not be tried twice a second for ever, so the waits
// start from the beginning only after a connection that lasted this long.
const STABLE_AFTER_MS = 5_000;

/** @typedef {import("#js/connection/clock.js").Clock} Clock */

export class Reconnection {
  #clock;
  #window;
  #connect;
  #check;
  #network;
  #failures = 0;
  /** @type {number | null} */
  #connectedAt = null;
  #timer = null;
  #listening = /** @type {AbortController | null} */ (null);

  /**
   * @param {object} options
   * @param {Clock} options.clock
   * @param {EventTarget & {document?: {visibilityState: string}}} [options.window]
   * @param {() => void} options.connect
   * @param {() => void} options.check called when the browser is back online or the page looked at
   *   again: the connection may be dead
   * @param {(isThere: boolean) => void} [options.network] called when the browser says whether it
   *   has a network
   */
  constructor({ clock, window, connect, check, network = () => {} }) {
    this.#clock = clock;
    this.#window = window;
    this.#connect = connect;
    this.#check = check;
    this.#network = network;
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#window?.addEventListener("offline", () => this.#network(false), { signal });
    this.#window?.addEventListener("online", () => this.#network(true), { signal });
    for (const type of ["online", "focus", "pageshow"]) {
      this.#window?.addEventListener(type, () => this.#hurry(), { signal });
    }
    this.#window?.addEventListener(
      "visibilitychange",
      () => this.#window?.document?.visibilityState === "visible" && this.#hurry(),
      { signal },
    );
  }

  /** Connects at once instead of at the planned time. */
  now() {
    this.#cancelTimer();
    this.#connect();
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#failures = 0;
    this.#cancelTimer();
  }

  /** Notes that a connection was opened. */
  succeeded() {
    this.#connectedAt = this.#clock.now();
    this.#cancelTimer();
  }

  /**
   * Plans the next attempt after a connection was lost or an attempt failed.
   *
   * @param {number} [least] milliseconds to wait at least
   * @returns {number} milliseconds until that attempt
   */
  failed(least = 0) {
    if (this.#connectedAt !== null && this.#clock.now() - this.#connectedAt >= STABLE_AFTER_MS) {
      this.#failures = 0;
    }
    this.#connectedAt = null;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    const wait = Math.max(least, this.#clock.random() * longest);
    this.#cancelTimer();
    this.#timer = this.#clock.setTimeout(() => this.now(), wait);
    return wait;
  }

  #hurry() {
    if (this.#timer !== null) this.now();
    else this.#check();
  }

  #cancelTimer() {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
