/** The actions of the buttons and the menu of a message. */

import { cleanHtml } from "#js/copying/clean_html.js";
import { AnswerActions } from "#js/messages/answer_actions.js";
import { MessageMenu } from "#js/messages/message_menu.js";
import { showCopied } from "#js/messages/messages.js";
import { Ratings } from "#js/messages/rating.js";
import { draft } from "#js/state/drafts.js";
import { copy, copyRendered } from "#js/ui/clipboard.js";
import { Emitter } from "#js/ui/emitter.js";
import { announce } from "#js/ui/status.js";
import { offerUndo } from "#js/ui/undo.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 *
 * @typedef {object} Controllers
 * @property {import("#js/state/state.js").State} state
 * @property {import("#js/connection/socket.js").Socket} socket
 * @property {import("#js/pages/turns.js").Turns} turns
 * @property {import("#js/pages/branches.js").Branches} branches
 * @property {import("#js/composer/composer.js").Composer} composer
 * @property {import("#js/share/button.js").ShareButton} share
 * @property {import("#js/settings/model_picker.js").ModelPicker} picker
 * @property {import("#js/pages/reading.js").Reading} reading
 * @property {() => string} complaint why the parameters cannot be sent; empty if they can
 *
 * @typedef {{action: string, message: Message, button: HTMLElement | null, article: any}} Press
 */

/** @extends {Emitter<import("#js/events.js").MessageActionsEvents>} */
export class MessageActions extends Emitter {
  #menu = new MessageMenu();
  #answers = new AnswerActions();
  #ratings;
  #page;

  /** @param {Controllers} page */
  constructor(page) {
    super();
    this.#page = page;
    this.#ratings = new Ratings(page.state, page.socket);
    this.#menu.on("action", (pressed) => this.act(pressed));
  }

  /** @type {Record<string, (press: Press) => void>} */
  #actions = {
    "answer-tools": (press) => this.#answerTools(press),
    branch: ({ message }) => this.#page.branches.branchOff(message.id),
    continue: ({ message }) => this.#page.turns.continue(message.id),
    copy: ({ message, button }) => this.copy(message, button),
    "copy-markdown": ({ message }) => this.#confirmCopy(copy(message.content)),
    delete: ({ message }) => this.#page.branches.delete(message.id),
    edit: (press) => this.#edit(press),
    keep: ({ message }) => this.#keep(message),
    fix: ({ article }) => this.#page.turns.send(article.complaint),
    more: ({ message, button, article }) => button && this.#menu.open(button, message, article),
    next: ({ message }) => this.#step(message, 1),
    previous: ({ message }) => this.#step(message, -1),
    regenerate: ({ message }) => this.#page.turns.regenerate(message.id),
    "regenerate-with": (press) => this.#regenerateWith(press),
    "rate-down": (press) => this.#rate(press, -1),
    "rate-note": (press) => this.#openNote(press).focus(),
    "rate-up": (press) => this.#rate(press, 1),
    "save-note": (press) => this.#saveNote(press),
    share: ({ message }) => this.#page.share.open(message.id),
    "try-again": ({ message }) => this.#page.turns.tryAgain(message.id),
  };

  /** @param {import("#js/messages/messages.js").Pressed} pressed */
  act({ action, id, button, article }) {
    const message = this.#page.state.message(id);
    if (!message) return;
    const run = this.#actions[action];
    if (run) run({ action, message, button, article });
    else if (button) this.#answers.act(action, message, button);
    if (this.#page.state.pending) this.emit("requested");
  }

  /**
   * Copies a message as HTML and as Markdown.
   *
   * @param {Message} message
   * @param {HTMLElement | null} button
   */
  async copy({ id, content }, button) {
    const drawn = document.querySelector(`[data-message-id="${id}"] .answer`);
    const copying = drawn ? copyRendered(content, cleanHtml(drawn)) : copy(content);
    if ((await this.#confirmCopy(copying)) && button) showCopied(button);
  }

  copyLastAnswer() {
    const { lastAnswer } = this.#page.state;
    if (lastAnswer) this.copy(lastAnswer, null);
  }

  copyLastCode() {
    const code = [...document.querySelectorAll("#log .code-block code")].at(-1);
    if (code) this.#confirmCopy(copy(code.textContent ?? ""));
  }

  // Internal

  /** @param {Promise<boolean>} copying @returns {Promise<boolean>} whether it was copied */
  async #confirmCopy(copying) {
    const isCopied = await copying;
    if (isCopied) announce("copied");
    else this.#page.composer.showError(word("copy-failed"));
    return isCopied;
  }

  /** @param {Press} press @param {1 | -1} value the same as before removes the rating */
  #rate(press, value) {
    const { rating } = press.message;
    const isRemoved = rating?.value === value;
    this.#setRating(press, isRemoved ? null : { value, note: rating?.note ?? "" });
    if (!isRemoved) this.#openNote(press);
  }

  /** @param {Press} press @returns {any} the note, with its form open */
  #openNote(press) {
    const { state } = this.#page;
    press.article.note.open(state.message(press.message.id), state.user.username);
    return press.article.note;
  }

  /** @param {Press} press */
  async #saveNote(press) {
    const { rating } = press.message;
    const note = press.article.note.written;
    if (!rating || note === null || !(await this.#setRating(press, { ...rating, note }))) return;
    announce("rating-saved");
    press.article.note.finish();
  }

  /** @param {Press} press @param {Message["rating"]} rating @returns {Promise<boolean>} */
  async #setRating({ message: { id } }, rating) {
    const { composer, state } = this.#page;
    try {
      await this.#ratings.set(/** @type {Message} */ (state.message(id)), rating);
      return true;
    } catch (refusal) {
      composer.showError(/** @type {import("#js/connection/frame.js").Frame} */ (refusal).message);
      return false;
    }
  }

  /** @param {Message} message @param {-1 | 1} by */
  #step({ id }, by) {
    this.#page.reading.keepArrows(id, () => this.#page.branches.step(id, by));
  }

  /** @param {Message} message the answer from which the conversation continues */
  #keep({ id, parent_id, model }) {
    const { branches, composer, state } = this.#page;
    const of = state.conversation?.id ?? null;
    branches.show(id);
    composer.showError("");
    composer.focusUnlessTouch();
    const undo = () => branches.show(parent_id ?? id);
    offerUndo(word("answer-kept", { model: model ?? "" }), undo, { of });
  }

  /** @param {Press} press */
  async #regenerateWith({ message, button }) {
    const model = button && (await this.#page.picker.ask(button, message.model));
    if (!model) return;
    this.#page.turns.regenerate(message.id, model);
    if (this.#page.state.pending) this.emit("requested");
  }

  /** @param {Press} press */
  #answerTools({ message, article: { calls } }) {
    if (this.#page.turns.answerTools(message.id, calls.answers)) calls.clearDrafts();
  }

  /** @param {Press} press */
  #edit({ message, article }) {
    const { composer, complaint, state, turns } = this.#page;
    const stored = draft(`${state.user.username}:edit:${message.id}`);
    this.emit("editing");
    article.editing.open(message.content, stored, (/** @type {string} */ text) => {
      const reason = complaint();
      if (reason) composer.showError(reason);
      const isSent = reason === "" && turns.resend(message.id, text);
      if (isSent) this.emit("requested");
      return isSent;
    });
  }
}
