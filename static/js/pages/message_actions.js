/** What the buttons and the menu of a message do. */

import { AnswerActions } from "#js/messages/answer_actions.js";
import { MessageMenu } from "#js/messages/message_menu.js";
import { showCopied } from "#js/messages/messages.js";
import { draft } from "#js/state/drafts.js";
import { copy, copyDrawn } from "#js/ui/clipboard.js";
import { Emitter } from "#js/ui/emitter.js";
import { say } from "#js/ui/status.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 *
 * @typedef {object} Surroundings
 * @property {import("#js/state/state.js").State} state
 * @property {import("#js/connection/socket.js").Socket} socket
 * @property {import("#js/pages/turns.js").Turns} turns
 * @property {import("#js/pages/branches.js").Branches} branches
 * @property {import("#js/composer/composer.js").Composer} composer
 * @property {import("#js/share/button.js").ShareButton} share
 * @property {() => boolean} isSettable whether the parameters can be sent as they are
 *
 * @typedef {{action: string, message: Message, button: HTMLElement | null, article: any}} Press
 */

/**
 * Dispatches `asked` when a turn was asked for, and `editing` when a message is being edited.
 *
 * @extends {Emitter<import("#js/events.js").MessageActionsEvents>}
 */
export class MessageActions extends Emitter {
  #menu = new MessageMenu();
  #answers;
  #around;

  /** @param {Surroundings} around */
  constructor(around) {
    super();
    this.#around = around;
    this.#answers = new AnswerActions(around.socket);
    this.#menu.on("action", (pressed) => this.act(pressed));
  }

  /** @type {Record<string, (press: Press) => void>} */
  #actions = {
    "answer-tools": (press) => this.#answerTools(press),
    branch: ({ message }) => this.#around.branches.branchOff(message.id),
    continue: ({ message }) => this.#around.turns.continue(message.id),
    copy: ({ message, button }) => this.copy(message, button),
    "copy-markdown": ({ message }) => this.#told(copy(message.content)),
    delete: ({ message }) => this.#around.branches.delete(message.id),
    edit: (press) => this.#edit(press),
    keep: ({ message }) => this.#keep(message),
    mend: ({ article }) => this.#around.turns.send(article.complaint),
    more: ({ message, button }) => button && this.#menu.open(button, message),
    next: ({ message }) => this.#around.branches.step(message.id, 1),
    previous: ({ message }) => this.#around.branches.step(message.id, -1),
    regenerate: ({ message }) => this.#around.turns.regenerate(message.id),
    share: ({ message }) => this.#around.share.open(message.id),
  };

  /** @param {import("#js/messages/messages.js").Pressed} pressed */
  act({ action, id, button, article }) {
    const message = this.#around.state.message(id);
    if (!message) return;
    const deed = this.#actions[action];
    if (deed) deed({ action, message, button, article });
    else if (button)
      this.#answers.act(action, message, button).catch((refusal) => this.#complain(refusal));
    if (this.#around.state.pending) this.emit("asked");
  }

  /**
   * Copies a message as it is drawn.
   *
   * @param {Message} message
   * @param {HTMLElement | null} button
   */
  async copy({ id, content }, button) {
    const drawn = document.querySelector(`[data-message-id="${id}"] .answer`);
    const copying = drawn ? copyDrawn(content, drawn.innerHTML) : copy(content);
    if ((await this.#told(copying)) && button) showCopied(button);
  }

  // Internal

  /** @param {Promise<boolean>} copying @returns {Promise<boolean>} whether it was copied */
  async #told(copying) {
    const isCopied = await copying;
    if (isCopied) say("copied");
    else this.#around.composer.complain(word("copy-failed"));
    return isCopied;
  }

  /** @param {import("#js/connection/frame.js").Frame} refusal */
  #complain({ message }) {
    this.#around.composer.complain(message);
  }

  /** @param {Message} message that the conversation goes on from */
  #keep({ id }) {
    const { branches, composer } = this.#around;
    branches.show(id);
    composer.complain("");
    composer.focus();
  }

  /** @param {Press} press */
  #answerTools({ message, article: { calls } }) {
    if (this.#around.turns.answerTools(message.id, calls.answers)) calls.forgetDrafts();
  }

  /** @param {Press} press */
  #edit({ message, article }) {
    const { composer, isSettable, state, turns } = this.#around;
    const kept = draft(`${state.user.username}:edit:${message.id}`);
    this.emit("editing");
    article.editing.open(message.content, kept, (/** @type {string} */ text) => {
      if (!isSettable()) composer.complain(word("fix-first"));
      const isSent = isSettable() && turns.resend(message.id, text);
      if (isSent) this.emit("asked");
      return isSent;
    });
  }
}
