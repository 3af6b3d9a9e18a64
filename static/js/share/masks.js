/** The masked texts: secrets that the site found, unless unticked, and texts of the user. */

import { Chips } from "#js/ui/chips.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on, part } from "#js/ui/markup.js";

const MOST = 100;

/**
 * @typedef {{text: string, label: string}} Secret `label` names its kind
 *
 * @extends {Emitter<import("#js/events.js").MasksEvents>}
 */
export class Masks extends Emitter {
  #list = element("share-secrets");
  #own = new Chips(element("share-masks"), MOST);
  /** @type {Secret[]} */
  #found = [];
  /** @type {Set<string>} found texts that the user has unticked */
  #shown = new Set();

  constructor() {
    super();
    this.#own.on("change", () => this.emit("change"));
    on(this.#list, "change", (event) => this.#ticked(event.target));
  }

  /** @param {string[]} masks of the link */
  begin(masks) {
    this.#shown.clear();
    this.#own.draw(masks);
    this.offer([]);
  }

  /** @returns {string[]} */
  get texts() {
    const found = this.#found.map(({ text }) => text).filter((text) => !this.#shown.has(text));
    return [...found, ...this.#own.texts];
  }

  /** @param {Secret[]} found in the selection: masked unless unticked */
  offer(found) {
    const texts = found.map(({ text }) => text);
    const isSame = JSON.stringify(found) === JSON.stringify(this.#found);
    this.#found = found;
    this.#own.draw(this.#own.texts.filter((text) => !texts.includes(text)));
    for (const id of ["share-secrets", "share-secrets-note"]) element(id).hidden = !found.length;
    if (!isSame) this.#list.replaceChildren(...found.map((secret) => this.#row(secret)));
  }

  /** @param {Secret} secret */
  #row({ text, label }) {
    const row = clone("share-secret");
    const box = /** @type {HTMLInputElement} */ (row.querySelector("input"));
    box.value = text;
    box.checked = !this.#shown.has(text);
    part(row, "text").textContent = text;
    part(row, "kind").textContent = label;
    return row;
  }

  /** @param {HTMLInputElement} box */
  #ticked(box) {
    if (box.checked) this.#shown.delete(box.value);
    else this.#shown.add(box.value);
    this.emit("change");
  }
}
