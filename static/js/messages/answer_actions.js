/** The actions on an answer that ask the site for no change: details, reading aloud. */

import { DetailsDialog } from "#js/messages/details_dialog.js";
import { canRead, readAloud } from "#js/messages/read_aloud.js";
import { part, setHidden } from "#js/ui/markup.js";

/** @typedef {import("#js/state/records.js").Message} Message */

export class AnswerActions {
  #details = new DetailsDialog();

  /**
   * @param {string} action
   * @param {Message} message
   * @param {HTMLElement} button
   */
  act(action, message, button) {
    if (action === "details") this.#details.open(message.id);
    if (action === "read-aloud") readAloud(button, spoken(button, message));
  }
}

/** @param {HTMLElement} element the message @param {Message} message */
export function drawActions(element, message) {
  part(element, "rate-up").setAttribute("aria-pressed", String(message.rating?.value === 1));
  part(element, "rate-down").setAttribute("aria-pressed", String(message.rating?.value === -1));
  setHidden(part(element, "read-aloud"), !canRead() || message.content === "");
}

/**
 * @param {HTMLElement} button
 * @param {Message} message
 * @returns {string} the text to read, without markup
 */
function spoken(button, message) {
  const article = button.closest("article");
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text is not read.
  return (article && part(article, "content").innerText) || message.content;
}
