/** The cards of a conversation's links: address, terms, use and buttons. */

import { describeUse, sentenceOf } from "#js/share/link_text.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, on, part } from "#js/ui/markup.js";

/**
 * @typedef {import("#js/share/links.js").Link} Link
 *
 * @extends {Emitter<import("#js/events.js").LinkCardsEvents>}
 */
export class LinkCards extends Emitter {
  #list;

  /** @param {HTMLElement} list */
  constructor(list) {
    super();
    this.#list = list;
    on(list, "click", (event) => this.#pressed(event.target));
    on(list, "focusin", (event) => event.target.matches("input") && event.target.select());
  }

  /** @param {Link[]} links @param {boolean} canUpdate whether the conversation still exists */
  draw(links, canUpdate) {
    const now = new Date();
    this.#list.replaceChildren(...links.map((link, index) => card(link, index, now)));
    for (const button of this.#list.querySelectorAll('[data-action="update"]')) {
      button.toggleAttribute("hidden", !canUpdate);
    }
  }

  /** @param {string} id of the link whose copy button gets the focus */
  focus(id) {
    const card = `[data-id="${CSS.escape(id)}"]`;
    part(/** @type {HTMLElement} */ (this.#list.querySelector(card)), "copy")?.focus();
  }

  /** @param {HTMLElement} target */
  #pressed(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-action]"));
    const id = target.closest("[data-id]")?.getAttribute("data-id");
    if (button && id) this.emit("action", { action: button.dataset.action ?? "", id, button });
  }
}

/** @param {Link} link @param {number} index in the list @param {Date} now */
function card(link, index, now) {
  const item = clone("share-card");
  item.dataset.id = link.id;
  part(item, "sentence").textContent = sentenceOf(link, now);
  part(item, "facts").textContent = describeUse(link);
  part(item, "address").value = link.url;
  // Only the first card, created or changed last, has an accented button.
  part(item, "copy").classList.toggle("is-quiet", index > 0);
  return item;
}
