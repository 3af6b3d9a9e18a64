/** All fields of the parameters panel. */

import { ChoiceField } from "#js/settings/choice_field.js";
import { NumberField } from "#js/settings/number_field.js";
import { StopField } from "#js/settings/stop_field.js";
import { StructuredField } from "#js/settings/structured_field.js";
import { SystemMessage } from "#js/settings/system_message.js";
import { ToolChoiceField } from "#js/settings/tool_choice_field.js";
import { Emitter } from "#js/ui/emitter.js";
import { element, part, setText } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/settings/field.js").Field} Field
 * @typedef {import("#js/state/records.js").Settings} Settings
 *
 * @extends {Emitter<import("#js/events.js").ParameterFieldEvents>}
 */
export class PanelFields extends Emitter {
  #systemMessage = new SystemMessage(element("system-message-field"));
  #numbers;
  #others;
  #toolChoice = new ToolChoiceField(element("tool-choice-field"));
  #sampling = element("sampling");
  /** @type {Field[]} in the order of the page */
  #all;

  /** @param {HTMLElement} panel */
  constructor(panel) {
    super();
    const all = (/** @type {string} */ selector) =>
      /** @type {HTMLElement[]} */ ([...panel.querySelectorAll(selector)]);
    this.#numbers = all("[data-number]").map((each) => new NumberField(each));
    this.#others = [
      ...all("[data-choice]").map((each) => new ChoiceField(each)),
      new StopField(element("stop-field")),
      ...all("[data-structured]").map((each) => new StructuredField(each)),
    ];
    this.#all = [this.#systemMessage, ...this.#numbers, ...this.#others, this.#toolChoice];
    for (const field of this.#all) this.#passOn(field);
  }

  /** @param {Field} field */
  #passOn(field) {
    field.on("change", (detail) => this.emit("change", detail));
    field.on("faulty", () => this.emit("faulty"));
  }

  /** @returns {Field | undefined} the first one whose text cannot be sent */
  get unsendable() {
    return this.#all.find((field) => field.isFaulty);
  }

  /** @returns {Field[]} those with an error beside them */
  get faulty() {
    return this.#all.filter((field) => field.fault !== "");
  }

  /** @param {import("#js/settings/parameters.js").Model} model @param {Settings} settings */
  draw(model, { parameters, system_message }) {
    this.#systemMessage.draw(system_message);
    for (const field of [...this.#numbers, ...this.#others]) {
      field.draw(model, parameters[field.name]);
    }
    this.#toolChoice.draw(model, parameters.tool_choice, parameters.tools ?? []);
  }

  /** @param {Settings} settings to show in every field, whatever was typed there */
  fill({ parameters, system_message }) {
    this.#systemMessage.fill(system_message);
    for (const field of this.#numbers) field.fill(parameters[field.name]);
  }

  /**
   * Shows the error of the site beside the field that it names.
   *
   * @param {import("#js/connection/frame.js").Frame} frame
   * @returns {boolean} whether there is such a field
   */
  refuse({ field: path, message }) {
    // The path may lead into a value: "tools[0].function.name".
    const name = /^\w+/.exec(path ?? "")?.[0];
    const field = this.#all.find((each) => each.name === name);
    field?.refuse(message);
    return field !== undefined;
  }

  /** @param {Field} field gets the focus, wherever it is folded away */
  show(field) {
    if (this.#sampling.contains(field.element)) this.#sampling.open = true;
    field.focus();
  }

  /** @param {Record<string, any>} parameters that were set elsewhere: none stays folded away */
  unfold(parameters) {
    if (this.#setInSampling(parameters) > 0) this.#sampling.open = true;
  }

  /** @param {Record<string, any>} parameters */
  drawCount(parameters) {
    const isFaulty = this.faulty.some((field) => this.#sampling.contains(field.element));
    const changed = this.#setInSampling(parameters);
    const line = part(this.#sampling, "count");
    line.classList.toggle("is-faulty", isFaulty);
    const counted = changed ? word("parameters-changed", { count: count(changed) }) : "";
    setText(line, isFaulty ? word("parameters-faulty") : counted);
  }

  /** @param {Record<string, any>} parameters @returns {number} */
  #setInSampling(parameters) {
    const inside = this.#all.filter((field) => this.#sampling.contains(field.element));
    return inside.filter((field) => parameters[field.name] !== undefined).length;
  }
}
