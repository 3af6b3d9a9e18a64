/** The field of one numeric parameter: its text, its range and its error. */

import { accepts, describe, read } from "#js/settings/parameters.js";
import { Emitter } from "#js/ui/emitter.js";
import { on, part, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
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

  /** @returns {boolean} whether the model rejects its value */
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
    const isAccepted = accepts(model, this.name);
    this.element.classList.toggle("is-off", !isAccepted);
    this.#input.disabled = !isAccepted;
    const range = isAccepted
      ? describe(this.name, model)
      : word("not-taken", { model: model?.name ?? "" });
    setText(part(this.element, "range"), range);
    // A text that is being typed, or is wrong, is left for the user to change.
    const isUsers = document.activeElement === this.#input || this.isFaulty;
    if (!isUsers) this.#input.value = value ?? "";
    if (isNewModel || !isUsers) this.#check();
  }

  /** @param {number | undefined} value replaces the text */
  fill(value) {
    this.#input.value = value ?? "";
    this.#check();
  }

  #typed() {
    const { value } = this.#check();
    if (this.isFaulty) return;
    this.emit("change", { name: this.name, value });
  }

  #check() {
    const isAccepted = accepts(this.#model, this.name);
    const reading = read(this.name, this.#input.value, this.#model);
    this.#fault = isAccepted ? reading.fault : "";
    this.#input.setAttribute("aria-invalid", String(this.isFaulty));
    const line = part(this.element, "fault");
    line.hidden = !this.isFaulty;
    setText(line, this.#fault);
    return reading;
  }
}
