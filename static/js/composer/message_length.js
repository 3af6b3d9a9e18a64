/** The length of a message, which the site limits (docs/protocol.md). */

import { count, word } from "#js/ui/words.js";

export const MOST_CHARACTERS = 100_000;

/** @param {string} text @returns {number} in code points, as the site counts */
export function lengthOf(text) {
  if (text.length <= MOST_CHARACTERS) return text.length;
  let length = text.length;
  for (let index = 1; index < text.length; index += 1) {
    if (isLow(text.charCodeAt(index)) && isHigh(text.charCodeAt(index - 1))) length -= 1;
  }
  return length;
}

/** @param {number} unit @returns {boolean} whether it is the first half of a code point */
function isHigh(unit) {
  return unit >= 0xd800 && unit < 0xdc00;
}

/** @param {number} unit @returns {boolean} whether it is the second half of a code point */
function isLow(unit) {
  return unit >= 0xdc00 && unit < 0xe000;
}

/**
 * @param {string} text
 * @param {{length: number}} attached
 * @returns {number} the length of a message with both, which stand a blank line apart
 */
export function lengthWith(text, { length }) {
  const own = lengthOf(text);
  return own && length ? own + 2 + length : own + length;
}

/** @param {number} length @returns {string} a sentence; empty if a message can be as long */
export function complaintOf(length) {
  if (length <= MOST_CHARACTERS) return "";
  return word("too-long", { count: count(length), limit: count(MOST_CHARACTERS) });
}
