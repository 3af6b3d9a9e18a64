/** The menu of a message, for rare actions. */

import { Emitter } from "#js/ui/emitter.js";
import { element, on } from "#js/ui/markup.js";
import { anchor } from "#js/ui/popover.js";

/** @extends {Emitter<import("#js/events.js").MessageMenuEvents>} */
export class MessageMenu extends Emitter {
  #menu = element("message-menu");
  /** @type {HTMLElement | null} */
  #button = null;
  #id = "";

  constructor() {
    super();
    anchor(this.#menu, () => this.#button);
    on(this.#menu, "click", (event) => this.#chosen(event.target));
  }

  /**
   * @param {HTMLElement} button of the message
   * @param {import("#js/state/records.js").Message} message
   */
  open(button, message) {
    this.#button?.setAttribute("aria-expanded", "false");
    this.#button = button;
    this.#id = message.id;
    const hasText = message.content !== "";
    this.#menu.querySelector('[data-action="copy-markdown"]').hidden = !hasText;
    this.#menu.showPopover();
    this.#menu.querySelector("button:not([hidden])").focus();
  }

  /** @param {HTMLElement} target */
  #chosen(target) {
    const action = target.closest("[data-action]")?.getAttribute("data-action");
    if (!action) return;
    this.#menu.hidePopover();
    this.emit("action", { action, id: this.#id, button: null });
  }
}
