/** The text box at the bottom: stores what is typed as a draft, and sends it. */

import { lengthOf, MOST_CHARACTERS } from "#js/composer/message_length.js";
import { draft } from "#js/state/drafts.js";
import { Emitter } from "#js/ui/emitter.js";
import { element, on, setHidden } from "#js/ui/markup.js";
import { isSendingKey, nameEnterKey } from "#js/ui/sending_key.js";
import { count, word } from "#js/ui/words.js";

/**
 * @extends {Emitter<import("#js/events.js").ComposerEvents>}
 */
export class Composer extends Emitter {
  #form = element("composer");
  #box = element("message");
  #send = element("send");
  #stop = element("stop");
  #queue = element("queue-button");
  #draft = draft("");
  // Text that was typed before this script was loaded.
  #early = "";
  #canSend = true;
  #answering = false;

  constructor() {
    super();
    this.#early = this.#box.value;
    nameEnterKey(this.#box);
    on(this.#form, "submit", (event) => this.#submitted(event));
    on(this.#form, "click", (event) => this.#form === event.target && this.focus());
    on(this.#box, "keydown", (event) => this.#keyPressed(event));
    on(this.#box, "input", () => this.#typed());
    on(this.#stop, "click", (event) => this.#stopped(event));
  }

  /**
   * Shows the draft of another conversation.
   *
   * @param {string} key
   */
  open(key) {
    this.#draft = draft(key);
    this.#setText(joined(this.#draft.load(), this.#early));
    if (this.#early) this.#draft.save(this.#box.value);
    this.#early = "";
    this.#checkLength();
  }

  /**
   * Moves the draft of the new conversation to the one that now exists.
   *
   * @param {string} key
   */
  rename(key) {
    this.#draft.clear();
    this.#draft = draft(key);
    this.#draft.save(this.#box.value);
  }

  /** @param {{answering: boolean, canSend: boolean}} mode */
  update({ answering, canSend }) {
    this.#answering = answering;
    this.#canSend = canSend;
    const hadFocus = [this.#send, this.#stop, this.#queue].includes(document.activeElement);
    this.#send.hidden = answering;
    this.#stop.hidden = !answering;
    this.#drawSend();
    if (hadFocus) (answering ? this.#stop : this.#box).focus();
  }

  /**
   * Puts back a text that was not sent, and shows why.
   *
   * @param {string} reason
   * @param {string} text
   */
  returnText(reason, text) {
    this.#setText(joined(text, this.#box.value));
    this.#draft.save(this.#box.value);
    this.showError(reason);
  }

  /** @param {string} sentence empty to hide the error */
  showError(sentence) {
    element("composer-error").hidden = sentence === "";
    element("composer-error-text").textContent = sentence;
  }

  /** @param {string} sentence an error that no longer holds; another one stays */
  withdraw(sentence) {
    if (element("composer-error-text").textContent === sentence) this.showError("");
  }

  /** @param {string} text put before the present text */
  putBefore(text) {
    this.#setText(joined(text, this.#box.value));
    this.#typed();
    this.focus();
  }

  /** @returns {string} */
  get text() {
    return this.#box.value;
  }

  /** @param {string} text added below the present text */
  add(text) {
    this.#setText(joined(this.#box.value, text));
    this.#typed();
    this.focus();
  }

  focus() {
    this.#box.focus();
  }

  /** Focuses the box, except on touch screens, where the keyboard would cover the conversation. */
  focusUnlessTouch() {
    if (matchMedia("(hover: hover)").matches) this.focus();
  }

  // Internal

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    const text = this.#box.value;
    if (!this.#maySend(text)) return;
    this.#draft.clear();
    this.showError("");
    // The button is gone with the text.
    if (document.activeElement === this.#queue) this.focus();
    this.#setText("");
    this.emit(this.#answering ? "queue" : "send", { text });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const isBack = event.key === "ArrowUp" && this.#box.value === "" && !hasModifier(event);
    if (!isBack && !isSendingKey(event)) return;
    event.preventDefault();
    if (isBack) this.emit("back");
    else this.#form.requestSubmit();
  }

  /** @param {MouseEvent} event */
  #stopped(event) {
    // The second click of a double click on Send hits Stop and must not stop the answer.
    if (event.detail < 2) this.emit("stop");
  }

  #typed() {
    this.#draft.save(this.#box.value);
    this.#checkLength();
    this.#fit();
    this.#drawSend();
  }

  /** Shows an error while the text is too long. */
  #checkLength() {
    const length = lengthOf(this.#box.value);
    const tooLong = { count: count(length), limit: count(MOST_CHARACTERS) };
    this.showError(length > MOST_CHARACTERS ? word("too-long", tooLong) : "");
  }

  /** @param {string} text */
  #setText(text) {
    this.#box.value = text;
    this.#fit();
    this.#drawSend();
  }

  #drawSend() {
    this.emit("changed");
    const maySend = this.#maySend(this.#box.value);
    this.#send.disabled = !maySend;
    setHidden(this.#queue, !this.#answering || !maySend);
  }

  /** @param {string} text @returns {boolean} */
  #maySend(text) {
    return this.#canSend && text.trim() !== "" && lengthOf(text) <= MOST_CHARACTERS;
  }

  // For browsers without field-sizing. The style sheet limits the height.
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.blockSize = "auto";
    this.#box.style.blockSize = `${this.#box.scrollHeight}px`;
  }
}

/** @param {KeyboardEvent} event @returns {boolean} */
function hasModifier({ shiftKey, altKey, ctrlKey, metaKey }) {
  return shiftKey || altKey || ctrlKey || metaKey;
}

/** @param {string[]} texts @returns {string} those that are not empty, one below the other */
function joined(...texts) {
  return texts.filter(Boolean).join("\n\n");
}
