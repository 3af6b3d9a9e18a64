/** What the reader does to the tree of messages besides asking: other branches, deleting, undo. */

import { Emitter } from "#js/ui/emitter.js";

/**
 * Dispatches `branched` {id} with the new conversation, `deleted` {id} with the message, and
 * `failed` with a sentence.
 *
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 *
 * @extends {Emitter<import("#js/events.js").BranchesEvents>}
 */
export class Branches extends Emitter {
  #state;
  #socket;

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/connection/socket.js").Socket} socket
   */
  constructor(state, socket) {
    super();
    this.#state = state;
    this.#socket = socket;
  }

  /**
   * Goes to an earlier or a later try at a message, in every tab.
   *
   * @param {string} id
   * @param {-1 | 1} by
   */
  step(id, by) {
    const headId = this.#state.siblingHead(id, by);
    if (headId) this.show(headId);
  }

  /** @param {string} headId where the branch ends that every tab shows from here on */
  async show(headId) {
    const conversation_id = this.#state.conversation?.id;
    const change = this.#state.setHead(headId);
    const answer = await this.#ask({ type: "conversation.show", conversation_id, head_id: headId });
    if (answer) this.#state.headAccepted(change, answer.version);
    else this.#state.headRefused(change);
  }

  /** @param {string} id of the message that a new conversation begins up to */
  async branchOff(id) {
    const answer = await this.#ask({ type: "message.branch", message_id: id });
    if (answer) this.emit("branched", { id: answer.conversation.id });
  }

  /** @param {string} id */
  async delete(id) {
    const answer = await this.#ask({ type: "message.delete", message_id: id });
    if (answer) this.emit("deleted", { id });
  }

  /** @param {string} id of a deleted message @returns {Promise<boolean>} whether it is back */
  async restore(id) {
    return (await this.#ask({ type: "message.restore", message_id: id })) !== null;
  }

  /** @param {Frame} frame @returns {Promise<Frame | null>} null when it was refused */
  async #ask(frame) {
    try {
      return await this.#socket.request(frame);
    } catch (refusal) {
      this.emit("failed", /** @type {Frame} */ (refusal).message);
      return null;
    }
  }
}
