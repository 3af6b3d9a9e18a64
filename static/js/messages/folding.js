/** A long message of the person's own is folded: what was pasted is known to who pasted it. */

import { on, part } from "#js/ui/markup.js";

const LINES = 40;
const CHARACTERS = 4_000;

/**
 * Folds the message where it is long; the reader's own choice stands.
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
    element.classList.remove("is-folded");
    button.hidden = true;
    part(element, "content").focus();
  });
}
