/** The field of `tool_choice`, which is there where the conversation has functions. */

import { Field } from "#js/settings/field.js";
import { accepts } from "#js/settings/parameters.js";
import { choiceOf, optionOf } from "#js/settings/tool_choice.js";
import { on, part } from "#js/ui/markup.js";

export class ToolChoiceField extends Field {
  #select;
  #drawn = "";

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element);
    this.#select = part(element, "input");
    on(this.#select, "change", () => {
      this.emit("change", { name: this.name, value: choiceOf(this.#select.value) });
    });
  }

  /**
   * @param {import("#js/settings/parameters.js").Model} model
   * @param {import("#js/settings/tool_choice.js").ToolChoice | undefined} value
   * @param {{function: {name: string}}[]} tools of the conversation
   */
  draw(model, value, tools) {
    this.element.hidden = tools.length === 0;
    this.#offer(tools.map((tool) => tool.function.name));
    this.#select.disabled = !accepts(model, this.name);
    this.#select.value = optionOf(value ?? "auto");
    this.drawFrame(model, value);
  }

  /** @param {string[]} names */
  #offer(names) {
    const drawn = names.join();
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const options = names.map((name) => {
      const choice = /** @type {const} */ ({ type: "function", function: { name } });
      return new Option(name, optionOf(choice));
    });
    part(this.element, "functions").replaceChildren(...options);
  }
}
