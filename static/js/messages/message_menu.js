/** The menu of a message: rare actions, and on a phone those that have no room beside it. */

import { canRead } from "#js/messages/read_aloud.js";
import { Emitter } from "#js/ui/emitter.js";
import { element, on } from "#js/ui/markup.js";
import { wireMenu } from "#js/ui/menu.js";
import { anchor } from "#js/ui/popover.js";

/** The actions on answers that have a button of their own where there is room. */
const OF_ANSWERS = ["rate-up", "rate-down", "read-aloud", "details"];

/** @extends {Emitter<import("#js/events.js").MessageMenuEvents>} */
export class MessageMenu extends Emitter {
  #menu = element("message-menu");
  /** @type {HTMLElement | null} */
  #button = null;
  /** @type {any} of the message */
  #article = null;
  #id = "";

  constructor() {
    super();
    anchor(this.#menu, () => this.#button);
    wireMenu(this.#menu);
    on(this.#menu, "click", (event) => this.#chosen(event.target));
  }

  /**
   * @param {HTMLElement} button of the message
   * @param {import("#js/state/records.js").Message} message
   * @param {any} article that shows it
   */
  open(button, message, article) {
    this.#button?.setAttribute("aria-expanded", "false");
    this.#button = button;
    this.#article = article;
    this.#id = message.id;
    this.#draw(message);
    this.#menu.showPopover();
  }

  /** @param {import("#js/state/records.js").Message} message */
  #draw({ role, content }) {
    const hasText = content !== "";
    this.#item("copy-markdown").hidden = !hasText;
    for (const action of OF_ANSWERS) {
      const pressed = this.#ownButton(action)?.getAttribute("aria-pressed");
      this.#item(action).hidden = role !== "assistant";
      if (pressed) this.#item(action).setAttribute("aria-checked", pressed);
    }
    if (!canRead() || !hasText) this.#item("read-aloud").hidden = true;
  }

  /** @param {HTMLElement} target */
  #chosen(target) {
    const action = target.closest("[data-action]")?.getAttribute("data-action");
    if (!action) return;
    this.#menu.hidePopover();
    const [id, article] = [this.#id, this.#article];
    this.emit("action", { action, id, button: this.#ownButton(action), article });
  }

  /** @param {string} action @returns {any} */
  #item(action) {
    return this.#menu.querySelector(`[data-action="${action}"]`);
  }

  /** @param {string} action @returns {HTMLElement | null} the message's own button for it */
  #ownButton(action) {
    const row = this.#button?.closest(".message-actions");
    return row?.querySelector(`[data-action="${action}"]`) ?? null;
  }
}
