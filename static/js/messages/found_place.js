/** The place of a found text in a drawn message: what is closed around it opens, boxes scroll. */

import { unfold } from "#js/messages/folding.js";
import { part } from "#js/ui/markup.js";

/**
 * @param {HTMLElement} shown
 * @param {string} id of the message itself, or of a result in the card of its call
 * @returns {Element[]} what the site looks through in the message with this id
 */
export function textsOf(shown, id) {
  if (shown.dataset.messageId !== id) {
    return [...shown.querySelectorAll(`[data-message-id="${id}"] [data-part="result"]`)];
  }
  return [...shown.querySelectorAll('[data-part="reasoning-content"]'), part(shown, "content")];
}

/** @param {Element} shown */
export function openCards(shown) {
  for (const card of shown.querySelectorAll(".tool-call")) {
    /** @type {HTMLDetailsElement} */ (card).open = true;
  }
}

/**
 * Makes the place visible inside its message.
 *
 * @param {Range} range
 * @param {Element} shown the message
 */
export function uncover(range, shown) {
  if (shown.classList.contains("is-folded")) unfold(shown);
  for (let box = parentOf(range); box && box !== shown; box = box.parentElement) {
    if (box instanceof HTMLDetailsElement) box.open = true;
  }
  for (let box = parentOf(range); box && box !== shown; box = box.parentElement) {
    scrollInside(box, range.getBoundingClientRect());
  }
}

/** @param {Range} range @returns {Element | null} */
export function parentOf(range) {
  return range.startContainer.parentElement;
}

/** @param {Element} box @param {DOMRect} place */
function scrollInside(box, place) {
  const frame = box.getBoundingClientRect();
  if (place.left < frame.left || place.right > frame.right) {
    box.scrollLeft += place.left - frame.left - frame.width / 2;
  }
  if (place.top < frame.top || place.bottom > frame.bottom) {
    box.scrollTop += place.top - frame.top - frame.height / 2;
  }
}
