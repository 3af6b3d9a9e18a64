/** The field of a parameter that is one of a few words, for the models that tell them apart. */

import { accepts } from "#js/settings/parameters.js";
import { Emitter } from "#js/ui/emitter.js";
import { on, part } from "#js/ui/markup.js";

/**
 * @extends {Emitter<import("#js/events.js").ParameterFieldEvents>}
 */
export class ChoiceField extends Emitter {
  #select;
  #drawn = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
    this.name = element.dataset.parameter ?? "";
    this.#select = part(element, "input");
    on(this.#select, "change", () => {
      this.emit("change", { name: this.name, value: this.#select.value || undefined });
    });
  }

  /**
   * @param {import("#js/settings/parameters.js").Model} model
   * @param {string | undefined} value
   */
  draw(model, value) {
    const { choices = [], sent_as = {} } = model?.parameters?.[this.name] ?? {};
    // Most models have no such choice, so that it is hidden rather than turned off.
    this.element.hidden = !accepts(model, this.name) || choices.length === 0;
    this.#offer(choices);
    // A word that was chosen for another model is shown as this one's server gets it.
    this.#select.value = sent_as[value ?? ""] ?? value ?? "";
    if (this.#select.selectedIndex < 0) this.#select.value = "";
  }

  /** @param {string[]} choices */
  #offer(choices) {
    const drawn = choices.join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const [unset] = this.#select.options;
    this.#select.replaceChildren(unset, ...choices.map((each) => new Option(each, each)));
  }
}
