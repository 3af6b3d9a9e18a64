/** The texts that end an answer, as chips. */

import { takes } from "#js/settings/parameters.js";
import { Chips } from "#js/ui/chips.js";
import { Emitter } from "#js/ui/emitter.js";
import { part } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

const MOST = 4;
const ESCAPES = /** @type {Record<string, string>} */ ({ "\\n": "\n", "\\t": "\t", "\\\\": "\\" });

/**
 * Dispatches `change` {name, value}.
 *
 * @extends {Emitter<import("#js/events.js").ParameterFieldEvents>}
 */
export class StopField extends Emitter {
  name = "stop";
  #chips;

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
    this.#chips = new Chips(element, MOST, { read: unescaped, shown: escaped });
    this.#chips.on("change", ({ texts }) => this.#tell(texts));
  }

  /** @param {import("#js/settings/parameters.js").Model} model @param {string | string[] | undefined} value */
  draw(model, value) {
    const isTaken = takes(model, "stop");
    this.#chips.draw([value ?? []].flat());
    this.element.classList.toggle("is-off", !isTaken);
    part(this.element, "input").disabled = !isTaken || this.#chips.isFull;
    part(this.element, "range").textContent = isTaken
      ? ""
      : word("not-taken", { model: model?.name ?? "" });
  }

  /** @param {string[]} texts */
  #tell(texts) {
    const value = texts.length ? texts : undefined;
    this.emit("change", { name: this.name, value });
  }
}

/** @param {string} text @returns {string} what cannot be seen in one line is written as in code */
function escaped(text) {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}

/** @param {string} text @returns {string} */
function unescaped(text) {
  return text.replaceAll(/\\[nt\\]/g, (pair) => ESCAPES[pair]);
}
