/** The syntax of math in a message: `$ … $`, `$$ … $$`, `\( … \)` and `\[ … \]`. */

import { characterAt, characterBefore, isOfSpacedWord } from "#js/markdown/characters.js";

/** @typedef {import("#js/markdown/reading.js").Reader} Reader */

// A dollar sign of a price, a range or a variable of a shell opens and closes nothing: no space, and
// no letter or digit of a script with spaces, is on its outer side, and no space on its inner one.
const DOLLARS = [
  { pattern: /^\$\$(?!\$)((?:\\[\s\S]|[^\\$])+?)\$\$(?!\$)/, display: true },
  { pattern: /^\$(?![\s$"'”’»)])((?:\\.|[^\\$\n`])*?(?:\\.|[^\\$\s`]))\$(?!\$)/, display: false },
];
const BRACKETS = [
  { pattern: /^\\\(([\s\S]{1,2000}?)\\\)/, display: false },
  { pattern: /^\\\[([\s\S]{1,2000}?)\\\]/, display: true },
];
// "$5 and 10$" are prices, "$5元或6元$" too, and "$$ to $$" are classes of prices.
const PRICES = /^\d[^\\^_={}]*(?:\s\p{L}{2,}\s|\p{scx=Han})/u;
const PRICE_CLASSES = /^\s(?:[-–—]|[^\\^_={}+<>*/()\d]{2,})\s$/;
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
const BLOCK_START = /\n {0,3}(?:\$\$|\\\[)/g;

/** @type {import("marked").TokenizerExtension[]} */
export const mathExtensions = [
  {
    name: "display_math",
    level: "block",
    start: blockStart,
    tokenizer: displayMath,
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
 * @returns {{type: "math", raw: string, text: string, display: boolean} | undefined}
 */
export function mathAt(source, before, isOpen) {
  const forms = source[0] === "$" ? DOLLARS : source[0] === "\\" ? BRACKETS : [];
  for (const { pattern, display } of forms) {
    const match = pattern.exec(source);
    if (!match || (forms === DOLLARS && !isFormula(match, before, isOpen))) continue;
    return { type: "math", raw: match[0], text: match[1].trim(), display };
  }
  return undefined;
}

/** @param {RegExpExecArray} match of a text between dollars @param {string} before @param {boolean} isOpen */
function isFormula({ 0: raw, 1: text, input }, before, isOpen) {
  // The next character decides whether the last dollar closes.
  if (isOpen && raw.length === input.length) return false;
  const outer = characterBefore(before, before.length);
  if (outer === "$" || isOfSpacedWord(outer)) return false;
  if (isOfSpacedWord(characterAt(input, raw.length))) return false;
  return !PRICES.test(text) && !PRICE_CLASSES.test(text);
}

/**
 * The display math at the beginning of a source: on lines of its own, without a blank line.
 *
 * @param {string} source
 * @returns {{type: "display_math", raw: string, text: string} | undefined}
 */
function displayMath(source) {
  const opening = OPENING.exec(source);
  if (!opening) return undefined;
  const closing = CLOSINGS.get(opening[1]) ?? "";
  const end = source.slice(0, LONGEST_BLOCK).indexOf(closing, opening[0].length);
  if (end < 0) return undefined;
  const text = source.slice(opening[0].length, end);
  END_OF_LINE.lastIndex = end + closing.length;
  const rest = END_OF_LINE.exec(source);
  if (!rest || !text.trim() || text.includes("$") || BLANK_LINE.test(text)) return undefined;
  return { type: "display_math", raw: source.slice(0, END_OF_LINE.lastIndex), text: text.trim() };
}

/**
 * The place where display math ends the paragraph at the beginning of `source`. The lexer reads on
 * from every place returned here, so only real math is returned.
 *
 * @param {string} source
 * @returns {number | undefined}
 */
function blockStart(source) {
  const blank = source.indexOf("\n\n");
  const paragraph = blank < 0 ? source : source.slice(0, blank);
  let tried = 0;
  for (const { index } of paragraph.matchAll(BLOCK_START)) {
    tried += 1;
    if (tried > MOST_TRIED) return undefined;
    if (displayMath(paragraph.slice(index + 1, index + 1 + LONGEST_BLOCK))) return index + 1;
  }
  return undefined;
}

/** @param {number} index @returns {number | undefined} */
function nonNegative(index) {
  return index < 0 ? undefined : index;
}
