/** Classes of characters that the grammar of a message tells apart. */

// Scripts that are written without spaces between words, and Hangul, whose particles follow a word
// or a formula directly.
const UNSPACED =
  "\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Bopomofo}\\p{scx=Hangul}" +
  "\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}\\p{scx=Tibetan}";
const WORD = new RegExp(`(?![${UNSPACED}])[\\p{L}\\p{M}\\p{Nd}]`, "u");
// The middle dot and a few more of Latin-1 are used in all scripts.
const OF_UNSPACED = new RegExp(`(?![\\0-\\xff])[${UNSPACED}\\u3000-\\u303f\\uff00-\\uffef]`, "u");
const PUNCTUATION = /[\p{P}\p{S}]/u;
const SPACE = /\s/u;

/**
 * Whether a character is a letter or digit of a script with spaces between words. Beside such a one
 * a dollar sign belongs to a price or a name and not to a formula: "US$5", "$100-$200". Beside a
 * Chinese character it may be either.
 *
 * @param {string} character
 */
export function isOfSpacedWord(character) {
  return WORD.test(character);
}

/** @param {string} character of a script without spaces or Korean, also punctuation of these */
export function isOfUnspaced(character) {
  return OF_UNSPACED.test(character);
}

/** @param {string} character */
export function isPunctuation(character) {
  return PUNCTUATION.test(character);
}

/** @param {string} character */
export function isSpace(character) {
  return SPACE.test(character);
}

/** @param {string} text @returns {string} the text without the spaces and tabs at its end */
export function withoutSpacesAtEnd(text) {
  // A pattern would try each space of a long gap.
  let end = text.length;
  while (text[end - 1] === " " || text[end - 1] === "\t") end -= 1;
  return text.slice(0, end);
}

/** @param {string} text @param {number} index @returns {string} the character that ends there */
export function characterBefore(text, index) {
  const [first = "", second = first] = text.slice(Math.max(0, index - 2), index);
  return second;
}

/** @param {string} text @param {number} index @returns {string} the character that begins there */
export function characterAt(text, index) {
  const code = text.codePointAt(index);
  return code === undefined ? "" : String.fromCodePoint(code);
}
