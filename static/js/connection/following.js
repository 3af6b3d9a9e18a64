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
// Frames already under way when a gap is found show the same gap; they must not all ask again.
const ASK_AGAIN_AFTER_MS = 2_000;

export class Following {
  #clock;
  #transmit;
  /** @type {Map<string, Followed>} */
  #followed = new Map();
  #timer = null;

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
    if (this.#timer !== null) this.#clock.clearTimeout(this.#timer);
    this.#timer = null;
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
    if (followed.unconfirmedBytes >= ACK_AFTER_BYTES) this.#confirm(id, followed);
    else this.#timer ??= this.#clock.setTimeout(() => this.#confirmAll(), ACK_AFTER_MS);
  }

  /** @param {string} id @param {Followed} followed */
  #confirm(id, followed) {
    if (followed.unconfirmedBytes === 0) return;
    followed.unconfirmedBytes = 0;
    this.#transmit({ type: "generation.ack", generation_id: id, seq: followed.cursor });
  }

  #confirmAll() {
    this.#timer = null;
    for (const [id, followed] of this.#followed) this.#confirm(id, followed);
  }

  /** @param {string} id @param {Followed} followed */
  #conclude(id, followed) {
    this.#confirm(id, followed);
    this.#followed.delete(id);
  }
}
