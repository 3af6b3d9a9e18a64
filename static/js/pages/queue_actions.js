/** The actions on a queued message: send it now, edit it in the message box, delete it. */

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
 */

export class QueueActions {
  #page;

  /** @param {Controllers} page */
  constructor(page) {
    this.#page = page;
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

  /** @param {string} id of the message that goes to the box, before what is there */
  #edit(id) {
    const removed = this.#page.queue.remove(id);
    if (removed) this.#page.composer.putBefore(removed.item.content);
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
    offerUndo(word("queued-deleted"), async () => {
      const { item, index } = removed;
      const place = queue.conversation === conversation ? queue : queue.of(conversation);
      place.restore(item, index);
      return true;
    });
  }
}
