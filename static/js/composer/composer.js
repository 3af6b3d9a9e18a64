/** The message being written: a text and what is attached to it. Stores it as a draft, sends it. */

import { apart } from "#js/composer/attached_text.js";
import { Attachments } from "#js/composer/attachments.js";
import { complaintOf, lengthWith, MOST_CHARACTERS } from "#js/composer/message_length.js";
import { draft } from "#js/state/drafts.js";
import { Emitter } from "#js/ui/emitter.js";
import { grow } from "#js/ui/growing.js";
import { element, on, setHidden } from "#js/ui/markup.js";
import { isSendingKey, nameEnterKey } from "#js/ui/sending_key.js";

/**
 * @extends {Emitter<import("#js/events.js").ComposerEvents>}
 */
export class Composer extends Emitter {
  #form = element("composer");
  #box = element("message");
  #send = element("send");
  #stop = element("stop");
  #queue = element("queue-button");
  #attachments = new Attachments(element("attachments"), this.#box);
  #draft = draft("");
  #attachedDraft = draft("");
  // Text that was typed before this script was loaded.
  #early = "";
  #canSend = true;
  #answering = false;

  constructor() {
    super();
    // With the line breaks of an Enter that was to send it.
    this.#early = this.#box.value.trimEnd();
    nameEnterKey(this.#box);
    on(this.#form, "submit", (event) => this.#submitted(event));
    on(this.#form, "click", (event) => this.#form === event.target && this.focus());
    on(this.#box, "keydown", (event) => this.#keyPressed(event));
    on(this.#box, "input", () => this.#typed());
    on(this.#stop, "click", (event) => this.#stopped(event));
    this.#attachments.on("changed", () => this.#attached());
    this.#attachments.on("unfolded", ({ text }) => this.#insert(text));
  }

  /**
   * Shows the draft of another conversation.
   *
   * @param {string} key
   */
  open(key) {
    this.#draft = draft(key);
    this.#attachedDraft = draft(attachedKey(key));
    this.#attachments.draw(apart(this.#attachedDraft.load()).attached);
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
    this.#attachedDraft.clear();
    this.#attachedDraft = draft(attachedKey(key));
    this.#attachedDraft.save(this.#attachments.content);
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
   * Puts back a message that was not sent, and shows why.
   *
   * @param {string} reason
   * @param {string} content
   */
  returnText(reason, content) {
    this.#put(content);
    this.showError(reason);
  }

  /** @param {string} sentence empty to hide the error */
  showError(sentence) {
    const isChanged = sentence !== this.error;
    element("composer-error").hidden = sentence === "";
    element("composer-error-text").textContent = sentence;
    if (isChanged) this.emit("changed");
  }

  /** @returns {string} the error that is shown; empty if there is none */
  get error() {
    return element("composer-error-text").textContent ?? "";
  }

  /** @param {string} sentence an error that no longer holds; another one stays */
  withdraw(sentence) {
    if (this.error === sentence) this.showError("");
  }

  /** @param {string} content of a message to edit, put before what is there */
  putBefore(content) {
    this.#put(content);
    this.#checkLength();
    this.focus();
  }

  /** @param {string} content in the place of what is there */
  replace(content) {
    const { text, attached } = apart(content);
    this.#setText(text);
    this.#draft.save(text);
    this.#attachments.draw(attached);
    this.#attachedDraft.save(this.#attachments.content);
    this.#changed();
  }

  /** @returns {string} the content of the message */
  get content() {
    return joined(this.#box.value, this.#attachments.content);
  }

  /** @returns {number} how many characters it has */
  get length() {
    return lengthWith(this.#box.value, this.#attachments);
  }

  /** @param {import("#js/composer/attached_text.js").Attached[]} attached */
  attach(attached) {
    this.#attachments.add(attached);
    this.focusUnlessTouch();
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
    if (!this.#maySend) return;
    const text = this.content;
    this.#draft.clear();
    this.showError("");
    // The button is gone with the text.
    if (document.activeElement === this.#queue) this.focus();
    this.#setText("");
    this.#attachments.clear();
    this.emit(this.#answering ? "queue" : "send", { text });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const isBack = event.key === "ArrowUp" && this.content === "" && !hasModifier(event);
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
    this.#changed();
  }

  #attached() {
    this.#attachedDraft.save(this.#attachments.content);
    this.#changed();
  }

  #changed() {
    this.#checkLength();
    this.#drawSend();
  }

  /** @param {string} content put before what is there */
  #put(content) {
    const { text, attached } = apart(content);
    this.#setText(joined(text, this.#box.value));
    this.#draft.save(this.#box.value);
    this.#attachments.putBefore(attached);
  }

  /** @param {string} text put where the cursor is */
  #insert(text) {
    const { selectionStart, selectionEnd } = this.#box;
    this.#box.setRangeText(text, selectionStart, selectionEnd, "end");
    grow(this.#box);
    this.#typed();
    this.focus();
  }

  /** Shows an error while the message is too long. */
  #checkLength() {
    this.showError(complaintOf(this.length));
  }

  /** @param {string} text */
  #setText(text) {
    // Setting it moves the cursor and ends a composition, also where nothing changes.
    if (this.#box.value !== text) this.#box.value = text;
    grow(this.#box);
    this.#drawSend();
  }

  #drawSend() {
    this.emit("changed");
    const maySend = this.#maySend;
    this.#send.disabled = !maySend;
    setHidden(this.#queue, !this.#answering || !maySend);
  }

  /** @returns {boolean} */
  get #maySend() {
    const isEmpty = this.#box.value.trim() === "" && this.#attachments.length === 0;
    return this.#canSend && !isEmpty && this.length <= MOST_CHARACTERS;
  }
}

/** @param {string} key @returns {string} of the draft of what is attached */
function attachedKey(key) {
  return `${key}:attached`;
}

/** @param {KeyboardEvent} event @returns {boolean} */
function hasModifier({ shiftKey, altKey, ctrlKey, metaKey }) {
  return shiftKey || altKey || ctrlKey || metaKey;
}

/** @param {string[]} texts @returns {string} those that are not empty, one below the other */
function joined(...texts) {
  return texts.filter(Boolean).join("\n\n");
}
