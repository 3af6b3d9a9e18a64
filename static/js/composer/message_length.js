/** The length of a message, which the site limits (docs/protocol.md). */

export const MOST_CHARACTERS = 100_000;

/** @param {string} text @returns {number} in code points, as the site counts */
export function lengthOf(text) {
  if (text.length <= MOST_CHARACTERS) return text.length;
  let length = 0;
  for (const _character of text) length += 1;
  return length;
}
