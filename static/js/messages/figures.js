/** What an answer took: the figures by which answers side by side differ. */

import { costText, countText, loadDetails, timeText } from "#js/messages/answer_details.js";
import { setHidden } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/records.js").Message} Message */

export class Figures {
  #list;
  #shown = "";

  /** @param {HTMLElement} list a `dl` */
  constructor(list) {
    this.#list = list;
  }

  /**
   * Shows the figures of an answer that has ended; of any other, none. Their list is there from
   * the first moment, so that it can have its space before they are loaded.
   *
   * @param {Message | null} message
   */
  async update(message) {
    const ended = hasEnded(message) ? `${message?.id} ${message?.generation?.id}` : "";
    if (ended === this.#shown) return;
    this.#shown = ended;
    this.#list.replaceChildren();
    setHidden(this.#list, ended === "");
    if (!message || ended === "") return;
    const details = await loadDetails(message.id);
    if (ended === this.#shown) this.#draw(details ? figuresOf(details) : []);
  }

  /** @param {[string, string][]} figures */
  #draw(figures) {
    this.#list.replaceChildren(...figures.map(([name, value]) => figure(name, value)));
    setHidden(this.#list, figures.length === 0);
  }
}

/** @param {Message | null} message */
function hasEnded(message) {
  const generation = message?.generation;
  return Boolean(generation && generation.status !== "running" && !message?.pending);
}

/**
 * @param {import("#js/messages/answer_details.js").Details} details
 * @returns {[string, string][]} the name and the text of each that is known
 */
function figuresOf(details) {
  const figures = /** @type {[string, string | null][]} */ ([
    ["first_token", timeText(details.first_token_ms)],
    ["duration", timeText(details.duration_ms)],
    ["tokens", countText(details.completion_tokens)],
    ["speed", countText(rounded(details.tokens_per_second))],
    ["cost", costText(details)],
  ]);
  return /** @type {[string, string][]} */ (figures.filter(([, value]) => value !== null));
}

/** @param {number | null} value @returns {number | null} without fractions that say nothing */
function rounded(value) {
  return value !== null && value >= 100 ? Math.round(value) : value;
}

/** @param {string} name @param {string} value */
function figure(name, value) {
  const pair = document.createElement("div");
  const term = document.createElement("dt");
  const text = document.createElement("dd");
  term.textContent = word(`figure-${name}`);
  text.textContent = value;
  pair.append(term, text);
  return pair;
}
