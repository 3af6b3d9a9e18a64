/**
 * Notices that a connection is dead while the browser still calls it open. It pings an idle one,
 * and gives up one on which nothing arrives in time: any frame shows that it works.
 */

const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
// Somebody is looking, or waits for an answer.
const PROBED_WITHIN_MS = 4_000;

export class Heartbeat {
  #clock;
  #ping;
  #giveUp;
  #timer = null;
  #isProbing = false;

  /**
   * @param {import("#js/connection/clock.js").Clock} clock
   * @param {() => boolean} ping returns whether it was sent
   * @param {() => void} giveUp
   */
  constructor(clock, ping, giveUp) {
    this.#clock = clock;
    this.#ping = ping;
    this.#giveUp = giveUp;
  }

  /** Begins with a new connection, and begins again with each frame that arrives. */
  beat() {
    this.#isProbing = false;
    this.#plan(() => this.#check(PONG_WITHIN_MS), PING_EVERY_MS);
  }

  /** Asks at once whether the connection works, unless that was just asked. */
  probe() {
    if (!this.#isProbing) this.#isProbing = this.#check(PROBED_WITHIN_MS);
  }

  stop() {
    this.#isProbing = false;
    this.#clock.clearTimeout(this.#timer);
  }

  /** @param {number} milliseconds @returns {boolean} whether it could be asked */
  #check(milliseconds) {
    const isSent = this.#ping();
    if (isSent) this.#plan(this.#giveUp, milliseconds);
    return isSent;
  }

  /** @param {() => void} callback @param {number} milliseconds */
  #plan(callback, milliseconds) {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = this.#clock.setTimeout(callback, milliseconds);
  }
}
