/** The frame around the editor of a structured parameter: `tools` and `response_format`. */

import { Field } from "#js/settings/field.js";
import { accepts } from "#js/settings/parameters.js";

export class StructuredField extends Field {
  #editor;

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element);
    this.#editor = /** @type {HTMLElement} */ (element.querySelector("[data-slot]"));
  }

  focus() {
    /** @type {HTMLElement | null} */ (this.#editor.querySelector("select, button"))?.focus();
  }

  /** @param {import("#js/settings/parameters.js").Model} model @param {any} value */
  draw(model, value) {
    this.#editor.inert = !accepts(model, this.name);
    this.drawFrame(model, value);
  }
}
