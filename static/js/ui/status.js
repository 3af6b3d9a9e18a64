/** The status line that screen readers announce. */

import { element } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @param {string} name of a sentence in words.html
 * @param {Record<string, string | number>} [values] of its holes
 */
export function announce(name, values) {
  element("status").textContent = word(name, values);
}
