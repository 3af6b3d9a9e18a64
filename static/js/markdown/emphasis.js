/**
 * Finds what `*`, `_` and `~~` enclose, by CommonMark's rules with two changes.
 *
 * Beside scripts without spaces (Chinese, Japanese, Thai and others) and Korean, punctuation does not
 * keep a run from opening or closing: in `**注意：**请` the second run closes. One tilde strikes
 * nothing, because "3~5" is a range in these languages.
 */

import {
  characterAt,
  characterBefore,
  isOfUnspaced,
  isPunctuation,
  isSpace,
} from "#js/markdown/characters.js";

/**
 * @typedef {import("#js/markdown/reading.js").Enclosed} Enclosed
 *
 * @typedef {object} Run of one delimiter character
 * @property {string} character
 * @property {number} start
 * @property {number} length
 * @property {number} left how many of its characters enclose nothing yet
 * @property {boolean} opens
 * @property {boolean} closes
 * @property {boolean} isGrowing whether what comes next may change it
 */

// Each closing run looks at all that are open. So many are never closed in a text that means it.
const MOST_OPEN = 100;
const RUN = /\*+|_+|~+/g;

/**
 * @param {string} masked the source without the insides of code, links and formulas
 * @param {boolean} isOpen whether the source may go on
 * @returns {Map<number, Enclosed>} by the place of the opening delimiter
 */
export function emphasisIn(masked, isOpen) {
  const enclosed = new Map();
  /** @type {Run[]} */
  const openers = [];
  for (const match of masked.matchAll(RUN)) {
    const run = runOf(match[0], match.index, masked, isOpen);
    if (run.closes) close(run, openers, enclosed);
    if (run.opens && run.left > 0) openers.push(run);
    if (openers.length > MOST_OPEN) openers.shift();
  }
  return enclosed;
}

/**
 * @param {Run} closer
 * @param {Run[]} openers those behind the one that matches are taken away
 * @param {Map<number, Enclosed>} enclosed
 */
function close(closer, openers, enclosed) {
  while (closer.left > 0) {
    const index = openers.findLastIndex((opener) => isPair(opener, closer));
    if (index < 0) return;
    const opener = openers[index];
    const size = Math.min(2, opener.left, closer.left);
    opener.left -= size;
    closer.left -= size;
    const end = closer.start + closer.length - closer.left;
    enclosed.set(opener.start + opener.left, { size, end });
    openers.length = opener.left ? index + 1 : index;
  }
}

/** @param {Run} opener @param {Run} closer */
function isPair(opener, closer) {
  if (opener.character !== closer.character) return false;
  if (closer.isGrowing && closer.length !== opener.length) return false;
  if (closer.character === "~") return true;
  // Rules 9 and 10 of CommonMark, for runs that can open and close: `*a**b*` is one emphasis.
  const isAmbiguous = opener.closes || closer.opens;
  const total = opener.length + closer.length;
  return !isAmbiguous || total % 3 !== 0 || opener.length % 3 === 0;
}

/**
 * @param {string} delimiters
 * @param {number} start
 * @param {string} masked
 * @param {boolean} isOpen
 * @returns {Run}
 */
function runOf(delimiters, start, masked, isOpen) {
  const { length } = delimiters;
  const character = delimiters[0];
  const before = characterBefore(masked, start) || "\n";
  const after = characterAt(masked, start + length) || "\n";
  const isLeft = isFlanking(before, after);
  const isRight = isFlanking(after, before);
  const isGrowing = isOpen && start + length === masked.length;
  // The meaning of a run after punctuation depends on the character that is still to come.
  const isUnclear = isGrowing && isPunctuation(before) && !isOfUnspaced(before);
  const run = { character, start, length, left: length, isGrowing };
  if (character === "~" && length !== 2) return { ...run, opens: false, closes: false };
  if (character !== "_") return { ...run, opens: isLeft, closes: isRight && !isUnclear };
  return {
    ...run,
    opens: isLeft && (!isRight || isPunctuation(before) || isUnspacedPunctuation(after)),
    closes:
      isRight && !isUnclear && (!isLeft || isPunctuation(after) || isUnspacedPunctuation(before)),
  };
}

/** @param {string} character beside which an underscore is not inside of a word */
function isUnspacedPunctuation(character) {
  return isPunctuation(character) && isOfUnspaced(character);
}

/**
 * Whether a run belongs to the text on its inner side.
 *
 * @param {string} outer the character on the other side
 * @param {string} inner
 */
function isFlanking(outer, inner) {
  if (isSpace(inner)) return false;
  if (!isPunctuation(inner) || isOfUnspaced(inner)) return true;
  return isSpace(outer) || isPunctuation(outer) || isOfUnspaced(outer);
}
