/** Tells whether a message shows anything, so that no answer is an empty bubble. */

import { decoded } from "#js/markdown/references.js";

/**
 * @typedef {import("#js/markdown/reading.js").Token} Token
 * @typedef {(tokens: Token[]) => Token[]} Read gives the inline tokens of a block
 */

const DRAWN = ["hr", "code", "codespan", "math", "display_math", "image", "checkbox", "source"];
const TEXTS = ["text", "escape"];
// Letters that have no shape are not format characters: the fillers of Hangul, the empty Braille
// pattern and the like.
const SHAPELESS = "\\p{C}\\p{Z}\\p{M}\\s\\u115f\\u1160\\u2800\\u3164\\uffa0";
const SHAPE = new RegExp(`[^${SHAPELESS}]`, "u");
const WITHOUT_SHAPE = new RegExp(`[${SHAPELESS}]`, "gu");
/** @type {Record<string, string>} */
const SIGNS = { " ": "␣", "\n": "↵", "\t": "⇥" };

/**
 * @param {Token[]} tokens
 * @param {Read} read
 * @returns {boolean} whether one of them draws a sign or a letter
 */
export function isVisible(tokens, read) {
  return read(tokens).some((token) => {
    if (DRAWN.includes(token.type)) return true;
    const cells = [token.header, ...(token.rows ?? [])].flat().filter(Boolean);
    const inner = [...cells, ...(token.items ?? []), token].filter((each) => each.tokens);
    if (inner.length) return inner.some(({ tokens }) => isVisible(tokens, read));
    return TEXTS.includes(token.type) && SHAPE.test(decoded(token.text));
  });
}

/**
 * A source in which every character can be seen: a space, the end of a line and those without a
 * shape are written as signs.
 *
 * @param {string} source
 * @returns {string}
 */
export function withSigns(source) {
  if (SHAPE.test(source)) return source;
  return source.replace(WITHOUT_SHAPE, (character) => SIGNS[character] ?? codePointOf(character));
}

/** @param {string} character */
function codePointOf(character) {
  const hexadecimal = character.codePointAt(0)?.toString(16).toUpperCase() ?? "";
  return `[U+${hexadecimal.padStart(4, "0")}]`;
}
