/** The syntax of math in a message: `$ … $`, `$$ … $$`, `\( … \)` and `\[ … \]`. */

import { characterAt, isOfSpacedWord } from "#js/markdown/characters.js";
import { mayOpen, unclosedDisplay, unclosedInline } from "#js/markdown/unfinished_math.js";

/** @typedef {import("#js/markdown/reading.js").Reader} Reader */

// A dollar sign of a price, a range or a variable of a shell opens and closes nothing: no space, and
// no letter or digit of a script with spaces, is on its outer side, and no space on its inner one.
const DOLLARS = [
  { pattern: /^\$\$(?!\$)((?:\\[\s\S]|[^\\$])+?)\$\$(?!\$)/, display: true },
  {
    pattern: /^\$(?![\s$"'”’»),;?!])((?:\\.|[^\\$\n`])*?(?:\\.|[^\\$\s`]))\$(?!\$)/,
    display: false,
  },
];
const BRACKETS = [
  { opening: "\\(", closing: "\\)", display: false },
  { opening: "\\[", closing: "\\]", display: true },
];
// "$5 and 10$" are prices, "$5元或6元$" too, and "$$ to $$" are classes of prices.
const PRICES = /^\d[^\\^_={}]*(?:\s\p{L}{2,}.|\p{scx=Han})/su;
const PRICE_CLASSES = /^[ \t](?:[-–—]|[^\\^_={}+<>*/()\d\n]{2,})[ \t]$/;
// "$5 (R$ 25)": the second dollar has letters of a country before it, and its amount after a space.
const PRICE_BEFORE = /^\d(?:.*[^\p{L}\\])?[A-Z]{1,3}$/u;
const AMOUNT = /^\s\d/;
// "$x and y$" is a sentence about two variables: a formula would have the word in `\\text`.
const SENTENCE =
  /^[^\\^_={}+<>*/()\d]*\s(?:and|or|to|per|for|with|und|oder|bis|et|ou|или)\s[^\\^_={}+<>*/()\d]*$/;
// "5$/mo" is a price a month, "${A}:${B}" and "$A/$(date)" are of a shell.
const PRICE_PER = /^\d\$\/\p{L}/u;
const OF_SHELL = /^(?:\{|\([\w.~/])/;
// Spaces alone would be an empty place in the text.
const BLANK = /^(?:[\s{}~]|\\[,;:!> \\]|\\q?quad(?![a-z]))*$/i;
const OPENING = /^ {0,3}(\$\$|\\\[)/;
const CLOSINGS = new Map([
  ["$$", "$$"],
  ["\\[", "\\]"],
]);
const BLANK_LINE = /\n[ \t]*\n/;
const END_OF_LINE = /[ \t]*(?:\n+|$)/y;
// Limits the cost of a text of many openings, each of which would be read to the end of the text.
const LONGEST_BLOCK = 2_000;
const MOST_TRIED = 100;
const INLINE_START = /\$|\\[([]/;
/**
 * A longer paragraph is plain text: the inline grammar has quadratic corners, and to look through the
 * whole rest of a text, from each of its paragraphs, would take time by the square of its length.
 */
export const LONGEST_PARAGRAPH = 10_000;
const BLOCK_START = /\n {0,3}(?:\$\$|\\\[)/g;

/** @type {import("marked").TokenizerExtension[]} */
export const mathExtensions = [
  {
    name: "display_math",
    level: "block",
    start(source) {
      return blockStart(source, mayGoOn(this.lexer, source));
    },
    tokenizer(source) {
      return displayMath(source, mayGoOn(this.lexer, source));
    },
  },
  {
    name: "math",
    level: "inline",
    start: (source) => nonNegative(source.search(INLINE_START)),
    tokenizer(source, tokens) {
      const { isOpen } = /** @type {Reader} */ (this.lexer);
      return mathAt(source, tokens.at(-1)?.raw ?? "", isOpen);
    },
  },
];

/**
 * The formula at the beginning of a source.
 *
 * @param {string} source
 * @param {string} before the text that it follows
 * @param {boolean} isOpen whether the source may go on
 * @returns {import("#js/markdown/unfinished_math.js").Formula | undefined}
 */
export function mathAt(source, before, isOpen) {
  const found =
    source[0] === "$" ? betweenDollars(source, before, isOpen) : betweenBrackets(source);
  if (found) return BLANK.test(found.text) ? undefined : { type: "math", ...found };
  return isOpen ? unclosedInline(source, before) : undefined;
}

/** @param {string} source @param {string} before @param {boolean} isOpen */
function betweenDollars(source, before, isOpen) {
  for (const { pattern, display } of DOLLARS) {
    const match = pattern.exec(source);
    if (!match || !isFormula(match, before, isOpen)) continue;
    return { raw: match[0], text: match[1].trim(), display };
  }
  return undefined;
}

/** @param {string} source */
function betweenBrackets(source) {
  const form = BRACKETS.find(({ opening }) => source.startsWith(opening));
  const end = form ? source.slice(0, LONGEST_BLOCK).indexOf(form.closing, 2) : -1;
  if (!form || end < 0) return undefined;
  return {
    raw: source.slice(0, end + 2),
    text: source.slice(2, end).trim(),
    display: form.display,
  };
}

/** @param {RegExpExecArray} match of a text between dollars @param {string} before @param {boolean} isOpen */
function isFormula({ 0: raw, 1: text, input }, before, isOpen) {
  const after = input.slice(raw.length, raw.length + 2);
  // What comes next decides whether the last dollar closes.
  if (isOpen && ["", " ", "/", "("].includes(after)) return false;
  if (!mayOpen(before) || isOfSpacedWord(characterAt(after, 0))) return false;
  if (OF_SHELL.test(after)) return false;
  if (AMOUNT.test(after) && PRICE_BEFORE.test(text)) return false;
  const isPrice = PRICES.test(text) || PRICE_PER.test(raw.slice(-2) + after);
  return !isPrice && !PRICE_CLASSES.test(text) && !SENTENCE.test(text);
}

/**
 * The display math at the beginning of a source: on lines of its own, without a blank line.
 *
 * @param {string} source
 * @param {boolean} isOpen whether the source may go on
 * @returns {{type: "display_math", raw: string, text: string, isOpen: boolean} | undefined}
 */
function displayMath(source, isOpen) {
  const opening = OPENING.exec(source);
  if (!opening) return undefined;
  const closing = CLOSINGS.get(opening[1]) ?? "";
  const end = source.slice(0, LONGEST_BLOCK).indexOf(closing, opening[0].length);
  if (end < 0) return isOpen ? unclosedDisplay(source) : undefined;
  const text = source.slice(opening[0].length, end);
  END_OF_LINE.lastIndex = end + closing.length;
  const rest = END_OF_LINE.exec(source);
  if (!rest || text.includes("$") || BLANK_LINE.test(text)) return undefined;
  if (PRICE_CLASSES.test(text) || BLANK.test(text)) return undefined;
  const raw = source.slice(0, END_OF_LINE.lastIndex);
  return { type: "display_math", raw, text: text.trim(), isOpen: false };
}

/**
 * The place where display math ends the paragraph at the beginning of `source`. The lexer reads on
 * from every place returned here, so only real math is returned.
 *
 * @param {string} source
 * @param {boolean} isOpen
 * @returns {number | undefined}
 */
function blockStart(source, isOpen) {
  const near = source.slice(0, LONGEST_PARAGRAPH + LONGEST_BLOCK);
  const blank = near.indexOf("\n\n");
  const paragraph = blank < 0 ? near : near.slice(0, blank);
  let tried = 0;
  for (const { index } of paragraph.matchAll(BLOCK_START)) {
    tried += 1;
    if (tried > MOST_TRIED || index > LONGEST_PARAGRAPH) return undefined;
    const rest = paragraph.slice(index + 1, index + 2 + LONGEST_BLOCK);
    if (displayMath(rest, isOpen && blank < 0)) return index + 1;
  }
  return undefined;
}

/**
 * The length of a source within which a line can belong to the paragraph at its beginning.
 *
 * @param {string} source
 * @param {boolean} isOpen
 * @returns {number}
 */
export function endOfParagraph(source, isOpen) {
  return (
    blockStart(source, isOpen) ?? (source.indexOf("\n", LONGEST_PARAGRAPH) + 1 || source.length)
  );
}

/** @param {unknown} lexer @param {string} source */
function mayGoOn(lexer, source) {
  return /** @type {Reader} */ (lexer).mayGoOn(source);
}

/** @param {number} index @returns {number | undefined} */
function nonNegative(index) {
  return index < 0 ? undefined : index;
}
