/** The fields for the selection: messages, shown parts, masked texts. */

import { Masks } from "#js/share/masks.js";
import { isGrowing, NONE } from "#js/share/shareable.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on, part } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

const WORDS_CHARACTERS = 80;
/** Stands for all answers of which none is kept, in the list of last messages. */
const ALL = "all";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/share/links.js").Selection} Selection
 *
 * @extends {Emitter<import("#js/events.js").SelectionEvents>}
 */
export class SelectionFields extends Emitter {
  #part = element("share-selection");
  #leaf = this.#part.querySelector('[name="leaf_id"]');
  #messages = element("share-messages");
  #title = element("share-title");
  #masks = new Masks();
  #shareable = NONE;

  constructor() {
    super();
    on(this.#part, "change", () => this.emit("change"));
    on(this.#part, "click", (event) => this.#tick(event.target.closest("[data-ticks]")));
    this.#masks.on("change", () => this.emit("change"));
  }

  /**
   * @param {import("#js/share/shareable.js").Shareable} shareable
   * @param {{selection: Selection, leafId: string | null}} initial the first choice; without
   *   `leafId` up to the last message
   */
  draw(shareable, { selection, leafId }) {
    const { title, messages, alternatives } = shareable;
    const all = [...messages, ...alternatives];
    this.#shareable = shareable;
    element("share-growing").hidden = !isGrowing(shareable);
    this.#title.placeholder = title;
    const options = all.map((each) => new Option(lineOf(each), each.id));
    if (alternatives.length > 1) options.push(new Option(together(alternatives.length), ALL));
    this.#leaf.replaceChildren(...options);
    this.#leaf.value = leafId ?? options.at(-1)?.value ?? "";
    this.#messages.replaceChildren(...all.map(row));
    this.#masks.begin(selection.masks);
    this.#fill(selection);
  }

  /** @param {HTMLElement | null} button that ticks all messages, or none */
  #tick(button) {
    if (!button) return;
    for (const box of this.#boxes("message_ids")) box.checked = button.dataset.ticks === "all";
    this.emit("change");
  }

  /** @param {Selection} selection */
  #fill({ message_ids, omit, title }) {
    this.#title.value = title;
    for (const box of this.#boxes("message_ids")) {
      box.checked = message_ids?.includes(box.value) ?? true;
    }
    for (const box of this.#switches) box.checked = !omit.includes(partOf(box));
    const extent = message_ids ? "chosen" : "branch";
    this.#part.querySelector(`[name="extent"][value="${extent}"]`).checked = true;
  }

  /** @returns {Selection} */
  get value() {
    const isChosen = this.#part.querySelector('[name="extent"]:checked').value === "chosen";
    const boxes = this.#boxes("message_ids");
    const { messages, alternatives } = this.#shareable;
    const areAll = isChosen || this.#leaf.value === ALL;
    return {
      leaf_id: areAll ? (messages.at(-1)?.id ?? "") : this.#leaf.value,
      alternative_ids: areAll ? alternatives.map(({ id }) => id) : [],
      message_ids: isChosen ? boxes.filter((box) => box.checked).map((box) => box.value) : null,
      omit: this.#switches.filter((box) => !box.checked).map(partOf),
      masks: this.#masks.texts,
      title: this.#title.value.trim(),
    };
  }

  /** @param {import("#js/share/masks.js").Secret[]} secrets found in the selection */
  offer(secrets) {
    this.#masks.offer(secrets);
  }

  get #switches() {
    return [...this.#part.querySelectorAll('[name^="show_"]')];
  }

  /** @param {string} name @returns {HTMLInputElement[]} */
  #boxes(name) {
    return [...this.#part.querySelectorAll(`[name="${name}"]`)];
  }
}

/** @param {HTMLInputElement} box a switch @returns {string} the part that it shows */
function partOf(box) {
  return box.name.replace("show_", "");
}

/** @param {Message} message */
function row(message) {
  const item = clone("share-message");
  const box = /** @type {HTMLInputElement} */ (item.querySelector("input"));
  box.value = message.id;
  part(item, "author").textContent = authorOf(message);
  part(item, "words").textContent = wordsOf(message);
  return item;
}

/** @param {number} count of the answers of which none is kept */
function together(count) {
  return word("share-answers", { count });
}

/** @param {Message} message */
function lineOf(message) {
  return `${authorOf(message)}: ${wordsOf(message)}`;
}

/** @param {Message} message */
function authorOf({ role, model }) {
  if (role === "user") return word("share-you");
  return role === "tool" ? word("share-tool") : model || word("share-answer");
}

/** @param {Message} message */
function wordsOf({ content }) {
  const line = content
    .slice(0, 4 * WORDS_CHARACTERS)
    .split(/\s+/)
    .join(" ")
    .trim();
  if (!line) return word("share-no-text");
  return line.length > WORDS_CHARACTERS ? `${line.slice(0, WORDS_CHARACTERS)}…` : line;
}
