/** The field of the parameter `stop`: texts that end an answer. */

import { accepts, mostOf } from "#js/settings/parameters.js";
import { Chips } from "#js/ui/chips.js";
import { Emitter } from "#js/ui/emitter.js";
import { part } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

const ESCAPES = /** @type {Record<string, string>} */ ({ "\\n": "\n", "\\t": "\t", "\\\\": "\\" });

/**
 * @extends {Emitter<import("#js/events.js").ParameterFieldEvents>}
 */
export class StopField extends Emitter {
  name = "stop";
  #chips;

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
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
    this.element.classList.toggle("is-off", !isAccepted);
    part(this.element, "input").disabled = !isAccepted || this.#chips.isFull;
    part(this.element, "range").textContent = isAccepted
      ? rangeOf(this.#chips.limit)
      : word("not-taken", { model: model?.name ?? "" });
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
