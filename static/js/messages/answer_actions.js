/** The actions on an answer other than a new turn: details, rating, reading aloud. */

import { DetailsDialog } from "#js/messages/details_dialog.js";
import { rate } from "#js/messages/rating.js";
import { canRead, readAloud } from "#js/messages/read_aloud.js";
import { part, setHidden } from "#js/ui/markup.js";

/** @typedef {import("#js/state/records.js").Message} Message */

export class AnswerActions {
  #details = new DetailsDialog();
  #socket;

  /** @param {import("#js/connection/socket.js").Socket} socket */
  constructor(socket) {
    this.#socket = socket;
  }

  /**
   * @param {string} action
   * @param {Message} message
   * @param {HTMLElement} button
   * @returns {Promise<void>} rejected with the site's `error` frame
   */
  async act(action, message, button) {
    if (action === "details") this.#details.open(message.id);
    if (action === "read-aloud") readAloud(button, spoken(button, message));
    if (action === "rate-up") await rate(this.#socket, message, 1);
    if (action === "rate-down") await rate(this.#socket, message, -1);
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
