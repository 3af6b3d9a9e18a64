/** The status line that screen readers announce. */

import { element } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @param {string} name of a sentence in words.html */
export function announce(name) {
  element("status").textContent = word(name);
}
