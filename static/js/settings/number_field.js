/** One number of the side panel: what is written in it, its range and what is wrong with it. */

import { described, read, takes } from "#js/settings/parameters.js";
import { Emitter } from "#js/ui/emitter.js";
import { on, part, write } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * Dispatches `change` {name, value}.
 *
 * @extends {Emitter<import("#js/events.js").ParameterFieldEvents>}
 */
export class NumberField extends Emitter {
  #input;
  /** @type {import("#js/settings/parameters.js").Model} */
  #model = undefined;
  #fault = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
    this.name = element.dataset.parameter ?? "";
    this.#input = part(element, "input");
    on(this.#input, "input", () => this.#typed());
  }

  /** @returns {boolean} whether it holds something that the model does not take */
  get isFaulty() {
    return this.#fault !== "";
  }

  focus() {
    this.#input.focus();
  }

  /** @param {import("#js/settings/parameters.js").Model} model @param {number | undefined} value */
  draw(model, value) {
    const isNewModel = model !== this.#model;
    this.#model = model;
    const isTaken = takes(model, this.name);
    this.element.classList.toggle("is-off", !isTaken);
    this.#input.disabled = !isTaken;
    const range = isTaken
      ? described(this.name, model)
      : word("not-taken", { model: model?.name ?? "" });
    write(part(this.element, "range"), range);
    // What is being written, or is wrong, is the reader's to change.
    const isOwn = document.activeElement === this.#input || this.isFaulty;
    if (!isOwn) this.#input.value = value ?? "";
    if (isNewModel || !isOwn) this.#check();
  }

  /** @param {number | undefined} value takes the place of whatever is written */
  write(value) {
    this.#input.value = value ?? "";
    this.#check();
  }

  #typed() {
    const { value } = this.#check();
    if (this.isFaulty) return;
    this.emit("change", { name: this.name, value });
  }

  #check() {
    const isTaken = takes(this.#model, this.name);
    const reading = read(this.name, this.#input.value, this.#model);
    this.#fault = isTaken ? reading.fault : "";
    this.#input.setAttribute("aria-invalid", String(this.isFaulty));
    const line = part(this.element, "fault");
    line.hidden = !this.isFaulty;
    write(line, this.#fault);
    return reading;
  }
}
