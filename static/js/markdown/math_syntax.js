/** How math is written in a message: `$ … $`, `$$ … $$`, `\( … \)` and `\[ … \]`. */

// A dollar opens math when something follows it at once, and closes it when something stands right
// before it and no digit follows: "$5 and $10" are prices.
const INLINE = [
  { pattern: /^\$\$((?:\\[^]|[^\\$])+?)\$\$/, display: true },
  { pattern: /^\$(?![\s$])((?:\\.|[^\\$\n])*?(?:\\.|[^\\$\s]))\$(?!\d)/, display: false },
  { pattern: /^\\\(([^\n]+?)\\\)/, display: false },
  { pattern: /^\\\[([^]+?)\\\]/, display: true },
];
// No formula has a blank line in it. The length is bounded because a text of nothing but openings
// would otherwise be read to its end from each of them.
const BLOCK = [
  /^ {0,3}\$\$((?:(?!\n[ \t]*\n)[^$]){1,2000})\$\$[ \t]*(?:\n+|$)/,
  /^ {0,3}\\\[((?:(?!\n[ \t]*\n|\\\])[^]){1,2000})\\\][ \t]*(?:\n+|$)/,
];
const INLINE_START = /\$|\\[([]/;
const BLOCK_START = /\n {0,3}(?:\$\$|\\\[)/;

/** @type {import("marked").TokenizerExtension[]} */
export const mathExtensions = [
  {
    name: "display_math",
    level: "block",
    start: blockStart,
    tokenizer(source) {
      const match = firstMatch(BLOCK, source);
      if (match) return { type: "display_math", raw: match[0], text: match[1].trim() };
    },
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

/** @param {RegExp[]} patterns @param {string} source */
function firstMatch(patterns, source) {
  for (const pattern of patterns) {
    const match = pattern.exec(source);
    if (match) return match;
  }
  return null;
}

/**
 * Where display math ends the paragraph that `source` begins with. The rest of the source, which
 * may be long, is not searched.
 *
 * @param {string} source
 * @returns {number | undefined}
 */
function blockStart(source) {
  const blank = source.indexOf("\n\n");
  const index = (blank < 0 ? source : source.slice(0, blank)).search(BLOCK_START);
  return index < 0 ? undefined : index + 1;
}

/** @param {number} index @returns {number | undefined} */
function nonNegative(index) {
  return index < 0 ? undefined : index;
}
