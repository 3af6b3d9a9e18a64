/** A field whose texts stand above it as chips: Enter adds one, Backspace takes the last away. */

import { Emitter } from "#js/ui/emitter.js";
import { clone, on, part } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {object} Writing how a text is written in the field and on its chip
 * @property {(written: string) => string} read what was written; empty for nothing
 * @property {(text: string) => string} shown
 */

/**
 * Dispatches `change` {texts}.
 *
 * @extends {Emitter<import("#js/events.js").ChipsEvents>}
 */
export class Chips extends Emitter {
  #list;
  #input;
  #most;
  #writing;
  /** @type {string[]} */
  #texts = [];
  #drawn = "[]";

  /**
   * @param {HTMLElement} element with the parts `chips` and `input`
   * @param {number} most
   * @param {Writing} [writing]
   */
  constructor(
    element,
    most,
    writing = { read: (written) => written.trim(), shown: (text) => text },
  ) {
    super();
    this.#list = part(element, "chips");
    this.#input = part(element, "input");
    this.#most = most;
    this.#writing = writing;
    on(this.#input, "keydown", (event) => this.#pressed(event));
    on(this.#input, "change", () => this.#add());
    on(this.#list, "click", (event) => this.#remove(event.target));
  }

  /** @returns {string[]} */
  get texts() {
    return this.#texts;
  }

  /** @returns {boolean} */
  get isFull() {
    return this.#texts.length >= this.#most;
  }

  /** @param {string[]} texts */
  draw(texts) {
    this.#texts = texts;
    const drawn = JSON.stringify(texts);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#list.replaceChildren(...texts.map((text) => chip(this.#writing.shown(text))));
    this.#list.hidden = texts.length === 0;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.isComposing) return;
    if (event.key === "Backspace" && this.#input.value === "") this.#tell(this.#texts.slice(0, -1));
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#add();
  }

  #add() {
    const text = this.#writing.read(this.#input.value);
    this.#input.value = "";
    if (text === "" || this.#texts.includes(text) || this.isFull) return;
    this.#tell([...this.#texts, text]);
  }

  /** @param {HTMLElement} target */
  #remove(target) {
    const button = target.closest("button");
    if (!button) return;
    const place = [...this.#list.children].indexOf(button.parentElement);
    this.#tell(this.#texts.filter((_text, each) => each !== place));
    this.#input.focus();
  }

  /** @param {string[]} texts */
  #tell(texts) {
    this.draw(texts);
    this.emit("change", { texts });
  }
}

/** @param {string} shown @returns {HTMLElement} */
function chip(shown) {
  const item = clone("chip");
  part(item, "text").textContent = shown;
  part(item, "remove").setAttribute("aria-label", word("remove-text", { text: shown }));
  return item;
}
