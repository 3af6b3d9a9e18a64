/** Requests turns. Each is shown at once and stays pending until the site answers. */

import { randomId } from "#js/connection/ids.js";

/**
 * @typedef {import("#js/state/state.js").State} State
 * @typedef {import("#js/connection/socket.js").Socket} Socket
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 */

export class Turns {
  #state;
  #socket;
  #outbox;
  #stopWanted = false;

  /**
   * @param {State} state
   * @param {Socket} socket
   * @param {import("#js/connection/outbox.js").Outbox} outbox
   */
  constructor(state, socket, outbox) {
    this.#state = state;
    this.#socket = socket;
    this.#outbox = outbox;
  }

  /**
   * @param {string} content
   * @param {string | null} [parentId] the message before it
   * @param {string} [request_id] made when the user wrote it, for one turn however often it is sent
   * @returns {boolean} whether it was sent
   */
  send(content, parentId = this.#state.headId, request_id = randomId()) {
    const { conversation, model, compared, settings } = this.#state;
    const conversation_id = conversation?.id ?? null;
    const position = { conversation_id, parent_id: parentId };
    const frame = { type: "turn.send", request_id, ...position, content, model, compared };
    return this.#begin({ ...frame, ...settings });
  }

  /**
   * Sends an edited message as a sibling of the old one.
   *
   * @param {string} messageId
   * @param {string} content
   * @returns {boolean} whether it was sent
   */
  resend(messageId, content) {
    const message = this.#state.message(messageId);
    return message !== undefined && this.send(content, message.parent_id);
  }

  /**
   * @param {string} messageId
   * @param {string} [model] that answers this time, and not from then on
   */
  regenerate(messageId, model) {
    const asked = { model: model ?? this.#state.model, once: model !== undefined };
    this.#begin({ type: "turn.regenerate", message_id: messageId, ...asked });
  }

  /** @param {string} messageId of an answer that its own model is asked for again */
  tryAgain(messageId) {
    this.#begin({ type: "turn.regenerate", message_id: messageId, model: null });
  }

  /** @param {string} messageId */
  continue(messageId) {
    this.#begin({ type: "turn.continue", message_id: messageId });
  }

  /**
   * @param {string} messageId
   * @param {Record<string, string>} answers by call
   * @returns {boolean} whether it was sent
   */
  answerTools(messageId, answers) {
    const { model, parameters } = this.#state;
    return this.#begin({
      type: "turn.answer_tools",
      message_id: messageId,
      answers,
      model,
      parameters,
    });
  }

  /**
   * Stops the answers on the page, also those that the site has not started yet.
   *
   * @returns {Frame | null} the turn, if the site never had it: it is taken back
   */
  stop() {
    const { pending, generations } = this.#state;
    if (!pending) this.#stopGenerations(generations.map(({ id }) => id));
    else if (this.#socket.withdraw(pending.request_id ?? "")) this.#state.abandon();
    else this.#stopWanted = true;
    return this.#state.pending === pending ? null : pending;
  }

  /** @param {Frame} frame @returns {boolean} whether it answers the pending turn */
  isPending(frame) {
    const { pending } = this.#state;
    return pending !== null && pending.request_id === frame.request_id;
  }

  /** @param {Frame} frame the `turn.started` of the pending turn */
  started(frame) {
    if (this.#stopWanted) this.#stopGenerations(frame.generation_ids);
    this.#stopWanted = false;
  }

  /**
   * Removes a refused turn from the page.
   *
   * @param {Frame} frame the `error`
   * @returns {Frame | null} the turn, if the page was waiting for it
   */
  refused(frame) {
    const { pending } = this.#state;
    if (!pending || !this.isPending(frame)) return null;
    this.#stopWanted = false;
    this.#state.abandon();
    return pending;
  }

  /** Shows a turn again that was sent before a reload and is not answered yet. */
  resume() {
    const left = this.#outbox.requests.find((each) => this.#belongsHere(each));
    if (left) this.#state.begin(left);
  }

  // Internal

  /** @param {Frame} request @returns {boolean} */
  #belongsHere(request) {
    if (request.type !== "turn.send") return this.#state.message(request.message_id) !== undefined;
    return request.conversation_id === (this.#state.conversation?.id ?? null);
  }

  /** @param {Frame} frame @returns {boolean} */
  #begin(frame) {
    if (this.#state.generation) return false;
    this.#stopWanted = false;
    const request = { request_id: randomId(), ...frame };
    this.#state.begin(request);
    // The answer is handled as an event, since after a reload it arrives only as an event.
    this.#socket.request(request).catch(() => {});
    return true;
  }

  /** @param {string[]} ids */
  #stopGenerations(ids) {
    for (const id of ids) this.#socket.send({ type: "generation.stop", generation_id: id });
  }
}
