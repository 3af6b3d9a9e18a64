/**
 * Formulas whose end has not arrived yet. While a message is written they are shown as source, in
 * one form until they are closed: "\(x" does not lose its backslash, and the stars and underscores
 * of a formula do not become emphasis for a moment.
 */

import { characterBefore, isOfSpacedWord } from "#js/markdown/characters.js";

/**
 * @typedef {{type: "math" | "text", raw: string, text: string, display?: boolean,
 *   isOpen?: boolean}} Formula
 */

const LONGEST = 2_000;
// Prices and variables of a shell go on as text: amounts, and words of some length.
const DOLLAR = /^\$\$?(?![\s$\d"'”’»)])[^$\n`]*\$?$/;
const PROSE = /(?<![\\\p{L}])\p{L}{3,}/u;
const DISPLAY = /^ {0,3}(?:\$\$(?![ \t\d$]|$)|\\\[)([^$]*)\$?$/;
const BLANK_LINE = /\n[ \t]*\n/;

/** @param {string} before @returns {boolean} whether a dollar after it may open a formula */
export function mayOpen(before) {
  const outer = characterBefore(before, before.length);
  return outer !== "$" && !isOfSpacedWord(outer);
}

/**
 * @param {string} source all that has arrived
 * @param {string} before
 * @returns {Formula | undefined}
 */
export function unclosedInline(source, before) {
  if (source.length > LONGEST) return undefined;
  if (/^\\[([]/.test(source))
    return { type: "math", raw: source, text: source, display: false, isOpen: true };
  const isFormula = DOLLAR.test(source) && !PROSE.test(source) && mayOpen(before);
  return isFormula ? { type: "text", raw: source, text: source } : undefined;
}

/**
 * @param {string} source all that has arrived
 * @returns {{type: "display_math", raw: string, text: string, isOpen: boolean} | undefined}
 */
export function unclosedDisplay(source) {
  if (source.length > LONGEST) return undefined;
  const found = DISPLAY.exec(source);
  if (!found || BLANK_LINE.test(found[1])) return undefined;
  return { type: "display_math", raw: source, text: found[1], isOpen: true };
}
