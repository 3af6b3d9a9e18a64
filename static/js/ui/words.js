/** Sentences in the user's language, which the template words.html writes into the page. */

import { element } from "#js/ui/markup.js";

/**
 * The sentence of that name, its `{holes}` filled with `values`.
 *
 * @param {string} name
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function word(name, values = {}) {
  const sentence = element("words").content.querySelector(`[data-word="${name}"]`).textContent;
  return Object.entries(values).reduce(
    (filled, [key, value]) => filled.replaceAll(`{${key}}`, () => String(value)),
    sentence,
  );
}

/** @param {string} name @returns {boolean} */
export function hasWord(name) {
  return element("words").content.querySelector(`[data-word="${CSS.escape(name)}"]`) !== null;
}

/**
 * A length of time in whole seconds, as "12 s" or "1 min 12 s".
 *
 * @param {number} milliseconds
 * @returns {string}
 */
export function duration(milliseconds) {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  if (seconds < 60) return word("seconds", { seconds });
  return word("minutes", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
}

/** @param {number} value @returns {string} with the separators of the page's language */
export function count(value) {
  return new Intl.NumberFormat(document.documentElement.lang).format(value);
}
