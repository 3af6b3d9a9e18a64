/** The part that the fields of all parameters share: the reset, the note and the error. */

import { accepts } from "#js/settings/parameters.js";
import { Emitter } from "#js/ui/emitter.js";
import { on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/settings/parameters.js").Model} Model
 *
 * @extends {Emitter<import("#js/events.js").ParameterFieldEvents>}
 */
export class Field extends Emitter {
  /** The error of the text in the field. */
  #fault = "";
  /** The error that the site gave for its value, until that changes. */
  #refusal = "";
  #drawn = "";

  /** @param {HTMLElement} element @param {string} [name] of the parameter */
  constructor(element, name = element.dataset.parameter ?? "") {
    super();
    this.element = element;
    this.name = name;
    on(part(element, "reset"), "click", () => this.reset());
  }

  /** @returns {boolean} whether its text cannot be sent */
  get isFaulty() {
    return this.#fault !== "";
  }

  /** @returns {string} the error beside the field; empty if there is none */
  get fault() {
    return this.#fault || this.#refusal;
  }

  focus() {
    part(this.element, "input").focus();
  }

  /** Leaves the choice to the model again. */
  reset() {
    this.emit("change", { name: this.name, value: undefined });
    // The button disappears with the value.
    this.focus();
  }

  /** @param {string} sentence from the site, which refused the value */
  refuse(sentence) {
    this.#refusal = sentence;
    this.#drawFault();
  }

  /** @param {string} sentence empty if the text can be sent */
  setFault(sentence) {
    this.#fault = sentence;
    this.#drawFault();
  }

  /**
   * Draws the reset of a set value, and for a model that does not take the parameter the reason why
   * the field is off: a value that is set stays visible there.
   *
   * @param {Model} model
   * @param {any} value undefined if it is not set
   * @param {string} note on what the model accepts
   */
  drawFrame(model, value, note = "") {
    this.forgetRefusalOfOther(value);
    const isSet = value !== undefined;
    const isAccepted = accepts(model, this.name);
    this.element.classList.toggle("is-off", !isAccepted);
    setHidden(part(this.element, "reset"), !isSet && !this.isFaulty);
    const reason = isSet ? "set-not-taken" : "not-taken";
    setText(
      part(this.element, "range"),
      isAccepted ? note : word(reason, { model: model?.name ?? "" }),
    );
  }

  /** @param {any} value the site's error was about the one before */
  forgetRefusalOfOther(value) {
    const drawn = JSON.stringify(value) ?? "";
    if (drawn !== this.#drawn) this.refuse("");
    this.#drawn = drawn;
  }

  #drawFault() {
    const line = part(this.element, "fault");
    setHidden(line, this.fault === "");
    setText(line, this.fault);
    part(this.element, "input")?.setAttribute("aria-invalid", String(this.fault !== ""));
  }
}
