/** The texts that end an answer, as chips. */

import { clone, on, part } from "#js/markup.js";
import { takes } from "#js/parameters.js";
import { word } from "#js/words.js";

const MOST = 4;
const ESCAPES = /** @type {Record<string, string>} */ ({ "\\n": "\n", "\\t": "\t", "\\\\": "\\" });

/** Dispatches `change` {name, value}. */
export class StopField extends EventTarget {
  name = "stop";
  #input;
  #chips;
  /** @type {string[]} */
  #texts = [];
  #drawn = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
    this.#input = part(element, "input");
    this.#chips = part(element, "chips");
    on(this.#input, "keydown", (event) => this.#pressed(event));
    on(this.#input, "change", () => this.#add());
    on(this.#chips, "click", (event) => this.#remove(event.target));
  }

  /** @param {import("#js/parameters.js").Model} model @param {string | string[] | undefined} value */
  draw(model, value) {
    const isTaken = takes(model, "stop");
    this.#texts = [value ?? []].flat();
    this.element.classList.toggle("is-off", !isTaken);
    this.#input.disabled = !isTaken || this.#texts.length >= MOST;
    part(this.element, "range").textContent = isTaken
      ? ""
      : word("not-taken", { model: model?.name ?? "" });
    const drawn = JSON.stringify(this.#texts);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    this.#chips.replaceChildren(...this.#texts.map(chip));
    this.#chips.hidden = this.#texts.length === 0;
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
    const text = unescaped(this.#input.value);
    this.#input.value = "";
    if (text === "" || this.#texts.includes(text) || this.#texts.length >= MOST) return;
    this.#tell([...this.#texts, text]);
  }

  /** @param {HTMLElement} target */
  #remove(target) {
    const button = target.closest("button");
    if (!button) return;
    const place = [...this.#chips.children].indexOf(button.parentElement);
    this.#tell(this.#texts.filter((_text, each) => each !== place));
    this.#input.focus();
  }

  /** @param {string[]} texts */
  #tell(texts) {
    const value = texts.length ? texts : undefined;
    this.dispatchEvent(new CustomEvent("change", { detail: { name: this.name, value } }));
  }
}

/** @param {string} text @returns {HTMLElement} */
function chip(text) {
  const item = clone("chip");
  const shown = escaped(text);
  part(item, "text").textContent = shown;
  part(item, "remove").setAttribute("aria-label", word("remove-stop", { text: shown }));
  return item;
}

/** @param {string} text @returns {string} what cannot be seen in one line is written as in code */
function escaped(text) {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** @param {string} text @returns {string} */
function unescaped(text) {
  return text.replaceAll(/\\[nt\\]/g, (pair) => ESCAPES[pair]);
}
