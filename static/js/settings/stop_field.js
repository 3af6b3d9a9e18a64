/** The field of the parameter `stop`: texts that end an answer. */

import { Field } from "#js/settings/field.js";
import { accepts, mostOf } from "#js/settings/parameters.js";
import { Chips } from "#js/ui/chips.js";
import { part } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

const ESCAPES = /** @type {Record<string, string>} */ ({ "\\n": "\n", "\\t": "\t", "\\\\": "\\" });

export class StopField extends Field {
  #chips;

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element);
    this.#chips = new Chips(element, Number.POSITIVE_INFINITY, { read: unescaped, show: escaped });
    this.#chips.on("change", ({ texts }) => this.#change(texts));
  }

  /**
   * @param {import("#js/settings/parameters.js").Model} model
   * @param {string | string[] | undefined} value
   */
  draw(model, value) {
    const isAccepted = accepts(model, this.name);
    this.#chips.limit = mostOf(this.name, model);
    this.#chips.draw([value ?? []].flat());
    part(this.element, "input").disabled = !isAccepted || this.#chips.isFull;
    this.drawFrame(model, value, rangeOf(this.#chips.limit));
  }

  /** @param {string[]} texts */
  #change(texts) {
    const value = texts.length ? texts : undefined;
    this.emit("change", { name: this.name, value });
  }
}

/** @param {number} limit @returns {string} */
function rangeOf(limit) {
  return Number.isFinite(limit) ? word("at-most", { count: count(limit) }) : "";
}

/** @param {string} text @returns {string} with line breaks and tabs as in code */
function escaped(text) {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** @param {string} text @returns {string} */
function unescaped(text) {
  return text.replaceAll(/\\[nt\\]/g, (pair) => ESCAPES[pair]);
}
