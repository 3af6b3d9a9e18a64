/** When to try again to reach the site: full jitter, and at once when the browser is back. */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
// A site that accepts and closes at once must not be tried twice a second for ever, so only a
// connection that lasted this long starts the waits from the beginning.
const STABLE_AFTER_MS = 5_000;

/** @typedef {import("#js/connection/clock.js").Clock} Clock */

export class Reconnection {
  #clock;
  #window;
  #connect;
  #check;
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
   * @param {() => void} options.check called when the browser is back and the connection, if any,
   *   may have died meanwhile
   */
  constructor({ clock, window, connect, check }) {
    this.#clock = clock;
    this.#window = window;
    this.#connect = connect;
    this.#check = check;
  }

  start() {
    if (this.#listening) return;
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    this.#window?.addEventListener("online", () => this.#hurry(), { signal });
    this.#window?.addEventListener(
      "visibilitychange",
      () => this.#window?.document?.visibilityState === "visible" && this.#hurry(),
      { signal },
    );
  }

  /** Connects now instead of when it was planned. */
  now() {
    this.#forgetTimer();
    this.#connect();
  }

  stop() {
    this.#listening?.abort();
    this.#listening = null;
    this.#failures = 0;
    this.#forgetTimer();
  }

  /** A connection stands. */
  succeeded() {
    this.#connectedAt = this.#clock.now();
    this.#forgetTimer();
  }

  /**
   * A connection, or the attempt at one, is over: the next attempt is planned.
   *
   * @returns {number} milliseconds until then
   */
  failed() {
    if (this.#connectedAt !== null && this.#clock.now() - this.#connectedAt >= STABLE_AFTER_MS) {
      this.#failures = 0;
    }
    this.#connectedAt = null;
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures);
    this.#failures += 1;
    const wait = this.#clock.random() * longest;
    this.#forgetTimer();
    this.#timer = this.#clock.setTimeout(() => this.now(), wait);
    return wait;
  }

  #hurry() {
    if (this.#timer !== null) this.now();
    else this.#check();
  }

  #forgetTimer() {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
  }
}
