/** The syntax of math in a message: `$ … $`, `$$ … $$`, `\( … \)` and `\[ … \]`. */

// A dollar opens math if no space follows it, and closes it if no space comes before it and no
// digit follows: "$5 and $10" are prices.
const INLINE = [
  { pattern: /^\$\$((?:\\[\s\S]|[^\\$])+?)\$\$/, display: true },
  { pattern: /^\$(?![\s$])((?:\\.|[^\\$\n])*?(?:\\.|[^\\$\s]))\$(?!\d)/, display: false },
  { pattern: /^\\\(([^\n]+?)\\\)/, display: false },
  { pattern: /^\\\[([\s\S]+?)\\\]/, display: true },
];
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
    tokenizer(source) {
      if (source[0] !== "$" && source[0] !== "\\") return;
      for (const { pattern, display } of INLINE) {
        const match = pattern.exec(source);
        if (match) return { type: "math", raw: match[0], text: match[1].trim(), display };
      }
    },
  },
];

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
