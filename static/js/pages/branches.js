/**
 * The actions on the tree of messages other than turns: show a branch, branch off, delete, restore.
 */

import { Emitter } from "#js/ui/emitter.js";

/**
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
   * Shows the branch of an earlier or a later sibling, in every tab.
   *
   * @param {string} id
   * @param {-1 | 1} by
   */
  step(id, by) {
    const headId = this.#state.siblingHead(id, by);
    if (headId) this.show(headId);
  }

  /** @param {string} id of a message that is on another branch */
  showMessage(id) {
    this.show(this.#state.leafUnder(id));
  }

  /**
   * @param {string} headId the last message of the branch to show in every tab
   * @returns {Promise<boolean>} whether it was shown
   */
  async show(headId) {
    const conversation_id = this.#state.conversation?.id;
    const change = this.#state.setHead(headId);
    const answer = await this.#ask({ type: "conversation.show", conversation_id, head_id: headId });
    if (answer) this.#state.headAccepted(change, answer.version);
    else this.#state.headRefused(change);
    return answer !== null;
  }

  /** @param {string} id of the last message to copy to a new conversation */
  async branchOff(id) {
    const answer = await this.#ask({ type: "message.branch", message_id: id });
    if (answer) this.emit("branched", { id: answer.conversation.id });
  }

  /** @param {string} id */
  async delete(id) {
    const answer = await this.#ask({ type: "message.delete", message_id: id });
    if (answer) this.emit("deleted", { id });
  }

  /** @param {string} id of a deleted message @returns {Promise<boolean>} whether it was restored */
  async restore(id) {
    return (await this.#ask({ type: "message.restore", message_id: id })) !== null;
  }

  /** @param {Frame} frame @returns {Promise<Frame | null>} null if it was refused */
  async #ask(frame) {
    try {
      return await this.#socket.request(frame);
    } catch (refusal) {
      this.emit("failed", /** @type {Frame} */ (refusal).message);
      return null;
    }
  }
}
