/** The status line that screen readers announce. */

import { element } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @param {string} name of one of words.html */
export function say(name) {
  element("status").textContent = word(name);
}
