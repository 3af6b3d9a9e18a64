/** The actions on a queued message: send it now, edit it in the message box, delete it. */

import { closeOnEscape } from "#js/ui/escape.js";
import { element } from "#js/ui/markup.js";
import { announce } from "#js/ui/status.js";
import { offerUndo } from "#js/ui/undo.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {object} Controllers
 * @property {import("#js/state/state.js").State} state
 * @property {import("#js/messages/messages.js").Messages} messages
 * @property {import("#js/state/queue.js").Queue} queue
 * @property {import("#js/pages/queued_turns.js").QueuedTurns} queued
 * @property {import("#js/composer/composer.js").Composer} composer
 *
 * @typedef {{item: import("#js/state/queue.js").Queued, index: number}} Removed from the queue
 */

export class QueueActions {
  #page;
  /**
   * The messages that are edited in the message box, with its content before and after each came.
   *
   * @type {{removed: Removed, before: string, after: string}[]}
   */
  #edits = [];

  /** @param {Controllers} page */
  constructor(page) {
    this.#page = page;
    page.composer.on("send", () => this.forgetEdits());
    page.composer.on("queue", () => this.forgetEdits());
    closeOnEscape(element("dock"), () => this.#cancelEdit());
  }

  /** @type {Record<string, (id: string) => void>} */
  #actions = {
    "send-now": (id) => this.#sendNow(id),
    edit: (id) => this.#edit(id),
    delete: (id) => this.#delete(id),
  };

  /** @param {{action: string, id: string}} pressed */
  act({ action, id }) {
    this.#actions[action]?.(id);
  }

  /** Edits the last message of the user, which may be one that waits. */
  editLast() {
    const { messages, queued, state } = this.#page;
    const last = queued.waiting.at(-1);
    if (last) return this.#edit(last.id);
    const own = state.branch.findLast((each) => each.role === "user");
    if (own) messages.edit(own.id);
  }

  /** The content of the message box is a message of its own from now on. */
  forgetEdits() {
    this.#edits = [];
  }

  // Internal

  /** @param {string} id of the message that goes to the box, before what is there */
  #edit(id) {
    const { composer, queue } = this.#page;
    const removed = queue.remove(id);
    if (!removed) return;
    const before = composer.content;
    composer.putBefore(removed.item.content);
    this.#edits.push({ removed, before, after: composer.content });
  }

  /**
   * Puts the message that came last into the box back into the queue. One that was changed stays
   * in the box, since nothing that was typed may be lost.
   *
   * @returns {boolean} whether a message was edited
   */
  #cancelEdit() {
    const { composer, queue } = this.#page;
    const edit = this.#edits.pop();
    if (!edit) return false;
    if (composer.content !== edit.after) this.forgetEdits();
    else {
      composer.replace(edit.before);
      queue.restore(edit.removed.item, edit.removed.index);
    }
    return true;
  }

  /** @param {string} id */
  #sendNow(id) {
    const { composer, queued } = this.#page;
    const obstacle = queued.sendNow(id);
    composer.showError(obstacle && word(obstacle));
    composer.focusUnlessTouch();
  }

  /** @param {string} id */
  #delete(id) {
    const { queue } = this.#page;
    const conversation = queue.conversation;
    const removed = queue.remove(id);
    if (!removed) return;
    announce("deleted");
    const undo = async () => {
      const { item, index } = removed;
      const place = queue.conversation === conversation ? queue : queue.of(conversation);
      place.restore(item, index);
      return true;
    };
    offerUndo(word("queued-deleted"), undo, { of: conversation });
  }
}
