/** The requests that wait for their answers. Those for turns are stored in the outbox as well. */

import { randomId } from "#js/connection/ids.js";

/**
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 * @typedef {{frame: Frame & {request_id: string}, resolve: (answer: Frame) => void,
 *   reject: (error: Frame) => void, wasSent: boolean}} Wait
 */

export class Requests {
  #outbox;
  /** @type {Map<string, Wait>} */
  #waiting = new Map();

  /** @param {import("#js/connection/outbox.js").Outbox} outbox */
  constructor(outbox) {
    this.#outbox = outbox;
  }

  /**
   * @param {Frame} frame
   * @param {(request: Frame) => boolean} transmit returns whether it was sent
   * @returns {Promise<Frame>} the answer; rejected with the `error` frame
   */
  begin(frame, transmit) {
    const request = { ...frame, request_id: frame.request_id ?? randomId() };
    if (isTurn(request)) this.#outbox.put(request);
    return new Promise((resolve, reject) => {
      const wait = { frame: request, resolve, reject, wasSent: false };
      this.#waiting.set(request.request_id, wait);
      wait.wasSent = transmit(request);
    });
  }

  /**
   * Takes back a request that was never sent.
   *
   * @param {string} requestId
   * @returns {boolean} false if the site may have it
   */
  withdraw(requestId) {
    if (this.#waiting.get(requestId)?.wasSent !== false) return false;
    this.#waiting.delete(requestId);
    this.#outbox.remove(requestId);
    return true;
  }

  /** @returns {Frame[]} all of them, to be sent on a new connection, those before a reload first */
  again() {
    const waiting = [...this.#waiting.values()];
    for (const wait of waiting) wait.wasSent = true;
    const stored = this.#outbox.requests.filter((each) => !this.#waiting.has(each.request_id));
    return [...stored, ...waiting.map((wait) => wait.frame)];
  }

  /** @param {Frame} frame @returns {boolean} whether it is an error for its caller alone */
  isPrivateError(frame) {
    const wait = this.#waiting.get(frame.request_id ?? "");
    return frame.type === "error" && wait !== undefined && !isTurn(wait.frame);
  }

  /** @param {Frame} frame of which some have a `request_id` */
  answered(frame) {
    const id = frame.request_id ?? "";
    const wait = this.#waiting.get(id);
    this.#waiting.delete(id);
    this.#outbox.remove(id);
    if (frame.type === "error") wait?.reject(frame);
    else wait?.resolve(frame);
  }
}

/** @param {Frame} frame @returns {boolean} */
export function isTurn({ type }) {
  return type.startsWith("turn.");
}
