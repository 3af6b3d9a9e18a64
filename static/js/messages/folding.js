/** Folds long messages of the user, who knows what they pasted. */

import { on, part } from "#js/ui/markup.js";

const LINES = 40;
const CHARACTERS = 4_000;

/**
 * Folds the message if it is long, unless the user has unfolded it.
 *
 * @param {HTMLElement} element of the message
 * @param {string} content
 */
export function fold(element, content) {
  const isLong = content.length > CHARACTERS || content.split("\n", LINES + 1).length > LINES;
  const button = part(element, "show-all");
  if (button.hidden !== isLong) return;
  button.hidden = !isLong;
  element.classList.toggle("is-folded", isLong);
  on(button, "click", () => {
    unfold(element);
    part(element, "content").focus();
  });
}

/** @param {Element} element of a message that is folded */
export function unfold(element) {
  element.classList.remove("is-folded");
  part(element, "show-all").hidden = true;
}
