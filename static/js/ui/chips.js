/** A field with a list of texts: Enter adds one, Backspace in an empty field removes the last. */

import { Emitter } from "#js/ui/emitter.js";
import { clone, on, part } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {object} Format converts between a text and what the field shows
 * @property {(typed: string) => string} read empty if nothing is to be added
 * @property {(text: string) => string} show
 */

/** @extends {Emitter<import("#js/events.js").ChipsEvents>} */
export class Chips extends Emitter {
  #list;
  #input;
  #format;
  /** @type {string[]} */
  #texts = [];
  #drawn = "[]";

  /**
   * @param {HTMLElement} element with the parts `chips` and `input`
   * @param {number} limit
   * @param {Format} [format]
   */
  constructor(element, limit, format = { read: (typed) => typed.trim(), show: (text) => text }) {
    super();
    this.#list = part(element, "chips");
    this.#input = part(element, "input");
    /** The number of texts that the field can have. */
    this.limit = limit;
    this.#format = format;
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
    return this.#texts.length >= this.limit;
  }

  /** @param {string[]} texts */
  draw(texts) {
    this.#texts = texts;
    const drawn = JSON.stringify(texts);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#list.replaceChildren(...texts.map((text) => chip(this.#format.show(text))));
    this.#list.hidden = texts.length === 0;
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Backspace" && this.#input.value === "")
      this.#change(this.#texts.slice(0, -1));
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.#add();
  }

  #add() {
    const text = this.#format.read(this.#input.value);
    this.#input.value = "";
    if (text === "" || this.#texts.includes(text) || this.isFull) return;
    this.#change([...this.#texts, text]);
  }

  /** @param {HTMLElement} target */
  #remove(target) {
    const button = target.closest("button");
    if (!button) return;
    const index = [...this.#list.children].indexOf(button.parentElement);
    this.#change(this.#texts.filter((_text, each) => each !== index));
    this.#input.focus();
  }

  /** @param {string[]} texts */
  #change(texts) {
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
