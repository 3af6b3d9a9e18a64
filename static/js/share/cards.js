/** The links of a conversation, each with its address, what it allows, and what can be done. */

import { sentenceOf, usedInWords } from "#js/share/link_text.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, on, part } from "#js/ui/markup.js";

/**
 * Dispatches `action` {action, id, button}.
 *
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

  /** @param {Link[]} links @param {boolean} canUpdate whether there is a conversation to show anew */
  draw(links, canUpdate) {
    const now = new Date();
    this.#list.replaceChildren(...links.map((link, place) => card(link, place, now)));
    for (const button of this.#list.querySelectorAll('[data-action="update"]')) {
      button.toggleAttribute("hidden", !canUpdate);
    }
  }

  /** @param {string} id of the link whose address is to be copied next */
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

/** @param {Link} link @param {number} place in the list @param {Date} now */
function card(link, place, now) {
  const item = clone("share-card");
  item.dataset.id = link.id;
  part(item, "sentence").textContent = sentenceOf(link, now);
  part(item, "facts").textContent = usedInWords(link);
  part(item, "address").value = link.url;
  // One accent: the link that was made or changed last is the first.
  part(item, "copy").classList.toggle("is-quiet", place > 0);
  return item;
}
