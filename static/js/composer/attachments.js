/** The texts attached to a message that is written or edited: a chip for each above the text. */

import { withAttached } from "#js/composer/attached_text.js";
import { lengthOf } from "#js/composer/message_length.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on, part } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/** @typedef {import("#js/composer/attached_text.js").Attached} Attached */

// Enough to know the text again.
const SHOWN_CHARACTERS = 120;

/** @extends {Emitter<import("#js/events.js").AttachmentsEvents>} */
export class Attachments extends Emitter {
  #list;
  #box;
  /** @type {Attached[]} */
  #items = [];
  /** What they are in the message. It can be long, so it is made once for each change. */
  content = "";
  /** The number of characters of the content. */
  length = 0;

  /** @param {HTMLElement} list @param {HTMLElement} box for the text of the message */
  constructor(list, box) {
    super();
    this.#list = list;
    this.#box = box;
    on(list, "click", (event) => this.#pressed(event.target));
  }

  /** @param {Attached[]} items in place of the others, of which nothing is announced */
  draw(items) {
    this.#items = items;
    this.content = withAttached("", items);
    this.length = lengthOf(this.content);
    this.#list.replaceChildren(...items.map(chip));
    this.#list.hidden = items.length === 0;
  }

  /** @param {Attached[]} items put behind the others */
  add(items) {
    if (items.length) this.#change([...this.#items, ...items]);
  }

  /** @param {Attached[]} items put before the others */
  putBefore(items) {
    if (items.length) this.#change([...items, ...this.#items]);
  }

  clear() {
    if (this.#items.length) this.#change([]);
  }

  /** @param {Attached[]} items */
  #change(items) {
    this.draw(items);
    this.emit("changed");
  }

  /** @param {HTMLElement} target */
  #pressed(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-attached]"));
    const index = [...this.#list.children].findIndex((each) => each.contains(target));
    const item = this.#items[index];
    if (!button || !item) return;
    if (button.dataset.attached === "open") return show(item);
    this.#change(this.#items.filter((each) => each !== item));
    if (button.dataset.attached === "unfold") this.emit("unfolded", { text: item.text });
    else (this.#list.querySelector("button") ?? this.#box).focus();
  }
}

/** @param {Attached} attached @returns {HTMLElement} */
function chip({ name, text }) {
  const item = clone("attachment");
  part(item, "name").textContent = name;
  part(item, "size").textContent = sizeOf(text);
  part(item, "beginning").textContent = beginningOf(text);
  part(item, "unfold").setAttribute("aria-label", word("attached-unfold", { name }));
  part(item, "remove").setAttribute("aria-label", word("remove-text", { text: name }));
  return item;
}

/** @param {string} text @returns {string} "12,345 characters" */
export function sizeOf(text) {
  return word("attached-size", { count: count(lengthOf(text)) });
}

/** @param {string} text @returns {string} its first line that is not blank */
export function beginningOf(text) {
  return text.trimStart().slice(0, SHOWN_CHARACTERS).split("\n", 1)[0];
}

/** @param {Attached} attached */
function show({ name, text }) {
  element("attached-heading").textContent = name;
  element("attached-text").textContent = text;
  element("attached-dialog").showModal();
}
