/** The text box at the bottom: what is typed, kept as a draft, and sent. */

import { draft } from "#js/state/drafts.js";
import { Emitter } from "#js/ui/emitter.js";
import { element, on } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

// The site refuses more (docs/protocol.md); saying so before sending keeps the text in sight.
const LONGEST = 100_000;
const COMPOSING_KEY_CODE = 229;

/**
 * Dispatches `send` {text}, `stop`, and `written` whenever the text is another.
 *
 * @extends {Emitter<import("#js/events.js").ComposerEvents>}
 */
export class Composer extends Emitter {
  #form = element("composer");
  #box = element("message");
  #send = element("send");
  #stop = element("stop");
  #draft = draft("");
  // What was typed before this script had arrived.
  #early = "";
  #canSend = true;
  #answering = false;

  constructor() {
    super();
    this.#early = this.#box.value;
    on(this.#form, "submit", (event) => this.#submitted(event));
    on(this.#form, "click", (event) => this.#form === event.target && this.focus());
    on(this.#box, "keydown", (event) => this.#keyPressed(event));
    on(this.#box, "input", () => this.#typed());
    on(this.#stop, "click", (event) => this.#stopped(event));
  }

  /**
   * The conversation that is being written to; its draft comes back.
   *
   * @param {string} key
   */
  open(key) {
    this.#draft = draft(key);
    this.#write(together(this.#draft.load(), this.#early));
    if (this.#early) this.#draft.save(this.#box.value);
    this.#early = "";
    this.#judgeLength();
  }

  /**
   * The conversation got its name: what is typed from here on is its draft.
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
    const hadFocus = [this.#send, this.#stop].includes(document.activeElement);
    this.#send.hidden = answering;
    this.#stop.hidden = !answering;
    this.#drawSend();
    if (hadFocus) (answering ? this.#stop : this.#box).focus();
  }

  /**
   * Puts a refused text back and says why.
   *
   * @param {string} reason
   * @param {string} text
   */
  giveBack(reason, text) {
    this.#write(together(text, this.#box.value));
    this.#draft.save(this.#box.value);
    this.complain(reason);
  }

  /** @param {string} sentence empty when there is nothing to say */
  complain(sentence) {
    element("composer-error").hidden = sentence === "";
    element("composer-error-text").textContent = sentence;
  }

  /** @returns {string} what is written so far */
  get text() {
    return this.#box.value;
  }

  /** @param {string} text to go below what is written */
  add(text) {
    this.#write(together(this.#box.value, text));
    this.#typed();
    this.focus();
  }

  focus() {
    this.#box.focus();
  }

  /** A touch keyboard that opens by itself would cover what the reader came for. */
  offer() {
    if (matchMedia("(hover: hover)").matches) this.focus();
  }

  // Internal

  /** @param {SubmitEvent} event */
  #submitted(event) {
    event.preventDefault();
    const text = this.#box.value;
    if (!this.#maySend(text)) return;
    this.#write("");
    this.#draft.clear();
    this.complain("");
    this.emit("send", { text });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const composing = event.isComposing || event.keyCode === COMPOSING_KEY_CODE;
    if (event.key !== "Enter" || event.shiftKey || event.altKey || composing) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  /** @param {MouseEvent} event */
  #stopped(event) {
    // The second half of a double click on Send lands on Stop and is not meant for it.
    if (event.detail < 2) this.emit("stop");
  }

  #typed() {
    this.#draft.save(this.#box.value);
    this.#judgeLength();
    this.#fit();
    this.#drawSend();
  }

  /** Says why it cannot be sent where that is for its length. */
  #judgeLength() {
    const length = lengthOf(this.#box.value);
    const tooLong = { count: count(length), limit: count(LONGEST) };
    this.complain(length > LONGEST ? word("too-long", tooLong) : "");
  }

  /** @param {string} text */
  #write(text) {
    this.#box.value = text;
    this.#fit();
    this.#drawSend();
  }

  #drawSend() {
    this.emit("written");
    this.#send.disabled = !this.#maySend(this.#box.value);
  }

  /** @param {string} text @returns {boolean} */
  #maySend(text) {
    return this.#canSend && !this.#answering && text.trim() !== "" && lengthOf(text) <= LONGEST;
  }

  // Browsers without field-sizing are told the height; the style sheet bounds it.
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#box.style.blockSize = "auto";
    this.#box.style.blockSize = `${this.#box.scrollHeight}px`;
  }
}

/** @param {string[]} texts @returns {string} what is there of them, one below the other */
function together(...texts) {
  return texts.filter(Boolean).join("\n\n");
}

/** @param {string} text @returns {number} characters as the site counts them: code points */
function lengthOf(text) {
  if (text.length <= LONGEST) return text.length;
  let length = 0;
  for (const _character of text) length += 1;
  return length;
}
