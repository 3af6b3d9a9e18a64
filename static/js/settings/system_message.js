/** The field of the system message. */

import { Field } from "#js/settings/field.js";
import { grow } from "#js/ui/growing.js";
import { on, part, setHidden } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

// conversations/chat/checks.py
const MOST_CHARACTERS = 50_000;

export class SystemMessage extends Field {
  #box;

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element, "system_message");
    this.#box = part(element, "input");
    on(this.#box, "input", () => this.#typed());
  }

  /** @param {string} text */
  draw(text) {
    this.forgetRefusalOfOther(text);
    // A text that is being typed, or is too long, is left for the user to change.
    if (document.activeElement !== this.#box && !this.isFaulty) this.#show(text);
    setHidden(part(this.element, "reset"), this.#box.value === "");
  }

  /** @param {string} text */
  fill(text) {
    this.#show(text);
    this.#check();
  }

  /** @param {string} text */
  #show(text) {
    if (this.#box.value === text) return;
    this.#box.value = text;
    grow(this.#box);
  }

  reset() {
    this.fill("");
    super.reset();
  }

  #typed() {
    this.#check();
    if (this.isFaulty) this.emit("faulty");
    else this.emit("change", { name: this.name, value: this.#box.value });
  }

  // The field takes any length: one with a limit would cut a long text that is pasted, silently.
  #check() {
    const length = lengthOf(this.#box.value);
    const values = { count: count(length), limit: count(MOST_CHARACTERS) };
    this.setFault(length > MOST_CHARACTERS ? word("system-message-too-long", values) : "");
  }
}

/** @param {string} text @returns {number} in code points, as the site counts */
function lengthOf(text) {
  return text.length > MOST_CHARACTERS ? [...text].length : text.length;
}
