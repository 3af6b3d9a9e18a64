/**
 * The generations that the page follows: a cursor for each, requests for gaps, acknowledgements.
 */

/**
 * @typedef {import("#js/connection/clock.js").Clock} Clock
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 * @typedef {{cursor: number, unconfirmedBytes: number, askedAt: number}} Followed
 */

const ACK_AFTER_BYTES = 64 * 1024;
const ACK_AFTER_MS = 1_000;
// The site takes 20 frames a second from a page, for all that it does. However fast several models
// write, their acknowledgements together are at most one in this time.
const ACK_APART_MS = 100;
// Frames already under way when a gap is found show the same gap; they must not all ask again.
const ASK_AGAIN_AFTER_MS = 2_000;

export class Following {
  #clock;
  #transmit;
  /** @type {Map<string, Followed>} */
  #followed = new Map();
  #timer = null;
  /** When the timer runs, by the clock. */
  #due = Infinity;
  #confirmedAt = -Infinity;

  /**
   * @param {Clock} clock
   * @param {(frame: Frame) => boolean} transmit
   */
  constructor(clock, transmit) {
    this.#clock = clock;
    this.#transmit = transmit;
  }

  /** @param {string} id @param {number} after */
  follow(id, after) {
    this.#ask(id, this.#track(id, after));
  }

  /** @param {string} id */
  unfollow(id) {
    this.#followed.delete(id);
  }

  /**
   * Follows the generations of a `turn.started` from the `seq` of their messages. The site sends
   * these events without being asked. The answer to a repeated request may name finished ones.
   *
   * @param {Frame} frame
   */
  begin(frame) {
    for (const id of frame.generation_ids ?? [frame.generation_id]) this.#begin(id, frame);
  }

  /** @param {string} id @param {Frame} frame */
  #begin(id, frame) {
    /** @type {{generation?: {id: string, seq: number, status: string} | null}[]} */
    const messages = frame.messages ?? [];
    const generation = messages
      .map((message) => message.generation)
      .find((each) => each?.id === id);
    if (generation && generation.status !== "running") this.unfollow(generation.id);
    else this.#track(id, generation?.seq ?? 0);
  }

  /** Asks for the rest of every followed generation after a reconnection. */
  resume() {
    for (const [id, followed] of this.#followed) this.#ask(id, followed);
  }

  /** Drops the acknowledgements that a lost connection can no longer carry. */
  pause() {
    this.#cancelTimer();
    for (const followed of this.#followed.values()) followed.unconfirmedBytes = 0;
  }

  /**
   * The new events of a `generation.events`: null if it repeats old ones, if events are missing
   * before it, or if its generation is not followed.
   *
   * @param {Frame} frame
   * @param {string} text of the frame
   * @returns {Frame | null}
   */
  receive(frame, text) {
    const followed = this.#followed.get(frame.generation_id);
    if (!followed) return null;
    const first = frame.seq - frame.events.length + 1;
    if (first > followed.cursor + 1) {
      this.#askOnce(frame.generation_id, followed);
      return null;
    }
    const events = frame.events.slice(followed.cursor + 1 - first);
    followed.cursor = Math.max(followed.cursor, frame.seq);
    followed.askedAt = -Infinity;
    this.#read(frame.generation_id, followed, text);
    if (events.at(-1)?.type === "finished") this.#conclude(frame.generation_id, followed);
    return events.length ? { ...frame, events } : null;
  }

  /** @param {string} id @param {number} cursor @returns {Followed} */
  #track(id, cursor) {
    const followed = { cursor, unconfirmedBytes: 0, askedAt: -Infinity };
    this.#followed.set(id, followed);
    return followed;
  }

  /** @param {string} id @param {Followed} followed */
  #ask(id, followed) {
    followed.askedAt = this.#clock.now();
    this.#transmit({ type: "generation.follow", generation_id: id, after: followed.cursor });
  }

  /** @param {string} id @param {Followed} followed */
  #askOnce(id, followed) {
    if (this.#clock.now() - followed.askedAt >= ASK_AGAIN_AFTER_MS) this.#ask(id, followed);
  }

  /** @param {string} id @param {Followed} followed @param {string} text */
  #read(id, followed, text) {
    followed.unconfirmedBytes += new TextEncoder().encode(text).length;
    const isMuch = followed.unconfirmedBytes >= ACK_AFTER_BYTES;
    if (isMuch && this.#untilNext() <= 0) this.#confirm(id, followed);
    else this.#confirmWithin(isMuch ? this.#untilNext() : ACK_AFTER_MS);
  }

  /** @returns {number} milliseconds until the next acknowledgement may be sent */
  #untilNext() {
    return this.#confirmedAt + ACK_APART_MS - this.#clock.now();
  }

  /** @param {number} milliseconds */
  #confirmWithin(milliseconds) {
    const due = this.#clock.now() + Math.max(0, milliseconds);
    if (due >= this.#due) return;
    this.#cancelTimer();
    this.#due = due;
    this.#timer = this.#clock.setTimeout(() => this.#confirmNext(), due - this.#clock.now());
  }

  #cancelTimer() {
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
    this.#due = Infinity;
  }

  /** @param {string} id @param {Followed} followed */
  #confirm(id, followed) {
    if (followed.unconfirmedBytes === 0) return;
    followed.unconfirmedBytes = 0;
    this.#confirmedAt = this.#clock.now();
    this.#transmit({ type: "generation.ack", generation_id: id, seq: followed.cursor });
  }

  /** Acknowledges the generation of which most was read, and the others one after the other. */
  #confirmNext() {
    this.#cancelTimer();
    const unread = [...this.#followed].filter(([, each]) => each.unconfirmedBytes > 0);
    unread.sort(([, one], [, other]) => other.unconfirmedBytes - one.unconfirmedBytes);
    if (unread.length > 0) this.#confirm(...unread[0]);
    if (unread.length > 1) this.#confirmWithin(ACK_APART_MS);
  }

  /** @param {string} id @param {Followed} followed */
  #conclude(id, followed) {
    this.#confirm(id, followed);
    this.#followed.delete(id);
  }
}
