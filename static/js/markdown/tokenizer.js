/** The tokenizer of the dialect: where it differs from marked's, and the limits of its cost. */

import { Tokenizer } from "marked";

import { endOfParagraph } from "#js/markdown/math_syntax.js";
import { endOfLines, rowOf, tableAt } from "#js/markdown/table_rows.js";

/** @typedef {import("#js/markdown/reading.js").Reader} Reader */

// Every level of nesting reads its content again, and 1,000 levels overflow the stack.
const DEEPEST_NESTING = 20;
// Laying out a table of 50,000 cells holds the page for a third of a second, at every change.
const MOST_CELLS = 10_000;
const QUOTE = /^ {0,3}>/;
// Marked reads a quotation again for each of its lines that has no mark and goes before one with it.
const MOST_UNMARKED = 200;
// After an empty line, a heading, a rule, a fence or the item of a list no line belongs to it.
const AFTER_QUOTE =
  /^ {0,3}(?:\n|#{1,6}[ \t\n]|`{3}|~{3}|[-*+][ \t]|1[.)][ \t]|([-*_])(?:[ \t]*\1){2,}[ \t]*$)/;
// The one tag that means something: without it a cell of a table has no line breaks. The end of the
// line after it is no second break.
export const LINE_BREAK = /^<br *\/?>[ \t]*\n?/i;
const TEXT = /^(?:`+|[\s\S])[^\\<![`*_~\n]*/;
const UNCLOSED_CODE = /^`[^\n]{0,500}$/;
const FOOTNOTE = /^ {0,3}\[\^/;

export class ChatTokenizer extends Tokenizer {
  /** @type {Set<string>} the addresses of the links that refer to a definition */
  used = new Set();
  #depth = 0;
  /** @type {RegExp | undefined} */
  #row;

  html() {
    return undefined;
  }

  /** @param {string} source @returns {any} */
  tag(source) {
    const match = LINE_BREAK.exec(source);
    return match ? { type: "br", raw: match[0] } : undefined;
  }

  /** Addresses have a tokenizer of their own. */
  url() {
    return undefined;
  }

  /** @param {string} source */
  def(source) {
    return FOOTNOTE.test(source) ? undefined : super.def(source);
  }

  /** @param {string} source @param {import("#js/markdown/reading.js").Links} links */
  reflink(source, links) {
    const token = super.reflink(source, links);
    if (token?.type === "link" || token?.type === "image") this.used.add(token.href);
    return token;
  }

  /**
   * Emphasis, strong words and deleted ones, which are all found at once.
   *
   * @param {string} source
   * @param {string} masked
   * @returns {any}
   */
  emStrong(source, masked) {
    const lexer = /** @type {Reader} */ (this.lexer);
    const start = masked.length - source.length;
    const found = lexer.emphasis(masked).get(start);
    if (!found) return undefined;
    const raw = source.slice(0, found.end - start);
    const text = raw.slice(found.size, -found.size);
    const type = source[0] === "~" ? "del" : found.size === 2 ? "strong" : "em";
    return { type, raw, text, tokens: lexer.inlineTokens(text) };
  }

  del() {
    return undefined;
  }

  /** @param {string} source @returns {any} text while the end of the code has not arrived */
  codespan(source) {
    const { isOpen } = /** @type {Reader} */ (this.lexer);
    const token = super.codespan(source);
    if (token || !isOpen || !UNCLOSED_CODE.test(source)) return token;
    return { type: "text", raw: source, text: source };
  }

  /** @param {string} source */
  inlineText(source) {
    const [raw] = /** @type {RegExpExecArray} */ (TEXT.exec(source));
    const text = source[raw.length] === "\n" ? raw.trimEnd() : raw;
    return { type: /** @type {const} */ ("text"), raw, text, escaped: false };
  }

  /** @param {string} source @returns {any} a heading by its underline, in the same paragraph */
  lheading(source) {
    const isOpen = /** @type {Reader} */ (this.lexer).mayGoOn(source);
    const end = endOfParagraph(source, isOpen);
    return super.lheading(source.slice(0, end));
  }

  /** @param {string} source @returns {any} a paragraph if it has too many cells */
  table(source) {
    this.#row ??= rowOf(this.rules.block.table);
    const text = tableAt(source, this.#row);
    const { inlineQueue } = this.lexer;
    const queued = inlineQueue.length;
    const token = text ? super.table(text) : undefined;
    if (!token) return undefined;
    const raw = source.slice(0, endOfLines(source, token.raw.split("\n").length));
    if (token.rows.length * token.header.length <= MOST_CELLS) return { ...token, raw };
    // As text at once: else each of its lines would be tried as the beginning of a table.
    inlineQueue.length = queued;
    return { type: "paragraph", raw, text: raw, tokens: this.lexer.inline(raw) };
  }

  /** @param {string} source */
  list(source) {
    return this.#nested(() => super.list(source));
  }

  /** @param {string} source */
  blockquote(source) {
    if (!QUOTE.test(source)) return undefined;
    const some = source.slice(0, endOfQuote(source));
    return this.#nested(() => super.blockquote(some));
  }

  /**
   * @template T
   * @param {() => T} tokenize
   * @returns {T | undefined} undefined makes it text
   */
  #nested(tokenize) {
    if (this.#depth >= DEEPEST_NESTING) return undefined;
    this.#depth += 1;
    try {
      return tokenize();
    } finally {
      this.#depth -= 1;
    }
  }
}

/** @param {string} source @returns {number} where a long quotation goes on as another one */
function endOfQuote(source) {
  let unmarked = 0;
  for (let start = 0; start < source.length; ) {
    const end = source.indexOf("\n", start) + 1 || source.length;
    const line = source.slice(start, end);
    if (AFTER_QUOTE.test(line)) return source.length;
    if (!QUOTE.test(line) && QUOTE.test(source.slice(end, end + 4))) unmarked += 1;
    if (unmarked === MOST_UNMARKED) return end;
    start = end;
  }
  return source.length;
}
