/** The field of one numeric parameter: its text, its range and its error; for some a slider. */

import { Field } from "#js/settings/field.js";
import { accepts, describe, placeholderOf, read } from "#js/settings/parameters.js";
import { Slider } from "#js/settings/slider.js";
import { on, part, setHidden } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

export class NumberField extends Field {
  #input;
  #slider;
  /** @type {import("#js/settings/parameters.js").Model} */
  #model = undefined;

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element);
    this.#input = part(element, "input");
    const slider = part(element, "slider");
    this.#slider = slider ? new Slider(slider) : null;
    this.#slider?.on("slide", ({ value }) => this.#slid(value));
    on(this.#input, "input", () => this.#typed());
  }

  /** @param {import("#js/settings/parameters.js").Model} model @param {number | undefined} value */
  draw(model, value) {
    const isNewModel = model !== this.#model;
    this.#model = model;
    const isAccepted = accepts(model, this.name);
    this.#input.disabled = !isAccepted;
    this.#input.placeholder = this.#slider
      ? word("placeholder-default")
      : placeholderOf(this.name, model);
    this.#slider?.draw(model?.parameters?.[this.name] ?? {}, value);
    // A text that is being typed, or is wrong, is left for the user to change.
    const isUsers = document.activeElement === this.#input || this.isFaulty;
    if (!isUsers) this.#input.value = value ?? "";
    if (isNewModel || !isUsers) this.#check();
    this.drawFrame(model, value, describe(this.name, model));
  }

  /** @param {number | undefined} value replaces the text */
  fill(value) {
    this.#input.value = value ?? "";
    this.#check();
  }

  reset() {
    this.fill(undefined);
    super.reset();
  }

  #typed() {
    const { value } = this.#check();
    if (this.isFaulty) this.emit("faulty");
    else this.emit("change", { name: this.name, value });
  }

  /** @param {number} value */
  #slid(value) {
    this.fill(value);
    this.emit("change", { name: this.name, value });
  }

  #check() {
    const isAccepted = accepts(this.#model, this.name);
    const reading = read(this.name, this.#input.value, this.#model);
    this.setFault(isAccepted ? reading.fault : "");
    setHidden(part(this.element, "reset"), this.#input.value === "");
    return reading;
  }
}
