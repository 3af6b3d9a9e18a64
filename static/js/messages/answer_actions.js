/** What can be done with an answer besides asking again: details, thumbs, reading aloud. */

import { DetailsDialog } from "#js/messages/details_dialog.js";
import { rate } from "#js/messages/rating.js";
import { canRead, readAloud } from "#js/messages/read_aloud.js";
import { hide, part } from "#js/ui/markup.js";

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
   * @returns {Promise<void>} rejected with the `error` frame of what the site refused
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
  hide(part(element, "read-aloud"), !canRead() || message.content === "");
}

/** @param {HTMLElement} button @param {Message} message @returns {string} without the markup */
function spoken(button, message) {
  const article = button.closest("article");
  // biome-ignore lint/performance/useDomNodeTextContent: hidden text must not be read.
  return (article && part(article, "content").innerText) || message.content;
}
