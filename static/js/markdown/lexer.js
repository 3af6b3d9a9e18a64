/**
 * Splits Markdown into tokens, at a limited cost.
 *
 * The dialect is GitHub's, with single line breaks kept, math between `$ $$ \( \[`, and no HTML: a
 * tag is plain text. Blocks are found at once, which is cheap; the inline tokens of a block are
 * read only when it is rendered.
 */

import { BoundedLexer } from "#js/markdown/bounded_lexer.js";
import { withoutSpacesAtEnd } from "#js/markdown/characters.js";
import { mayRefer, showDefinitions } from "#js/markdown/definitions.js";
import { hasLettersFromRight, setDirections } from "#js/markdown/direction.js";
import { LONGEST_PARAGRAPH } from "#js/markdown/math_syntax.js";
import { isVisible, withSigns } from "#js/markdown/visibility.js";

/**
 * @typedef {import("#js/markdown/reading.js").Token} Token
 * @typedef {import("#js/markdown/reading.js").Links} Links
 */

// The end of emphasis; code and formulas that may be incomplete.
const UNDECIDED = /[*_~]$|[$`]|\\[([]/;
const INDENT = /^[ \t]+/;

/** The blocks of a source. */
export class Lexed {
  /** @type {Token[]} */
  tokens;
  #lexer;
  /** @type {Map<Token[], string>} */
  #unread;

  /**
   * @param {string} source lines end in "\n"
   * @param {Links} [links] reference definitions that come before it
   * @param {{isOpen?: boolean}} [options] whether the source may go on
   */
  constructor(source, links = {}, { isOpen = false } = {}) {
    this.#lexer = new BoundedLexer(isOpen ? source : null);
    Object.assign(this.#lexer.tokens.links, links);
    /** @type {Token[]} */
    const tokens = this.#lexer.blockTokens(source, this.#lexer.tokens);
    this.#unread = new Map(this.#lexer.inlineQueue.map(({ src, tokens }) => [tokens, src]));
    if (isOpen) this.#markEnd(tokens);
    if (this.hasDefinitions) this.#showDefinitions(tokens);
    if (hasLettersFromRight(source)) setDirections(tokens);
    const isEmpty = !isOpen && !isVisible(tokens, (each) => this.inline(each));
    this.tokens = isEmpty ? asSource(source) : tokens;
  }

  /** Whether the source defines links that text before the definition may refer to. */
  get hasDefinitions() {
    return Object.keys(this.#lexer.tokens.links).length > 0;
  }

  /**
   * Marks the last block and those in it at the end of the source, if what comes next may change
   * how they are read although their source stays.
   *
   * @param {Token[]} tokens
   */
  #markEnd(tokens) {
    const last = this.#lexer.inlineQueue.findLast(({ src }) => src);
    const ends = endsOf(tokens);
    const isAtEnd = ends.some((token) => token.tokens && token.tokens === last?.tokens);
    const isUndecided =
      last && isAtEnd && UNDECIDED.test(last.src) && this.#lexer.mayGoOn(last.src);
    if (isUndecided) this.#lexer.openEnd = last.tokens;
    if (isUndecided || ends.at(-1)?.isOpen) for (const token of ends) token.isUndecided = true;
  }

  /** @param {Token[]} tokens */
  #showDefinitions(tokens) {
    for (const [unread, source] of this.#unread)
      if (mayRefer(source, this.#lexer.tokens.links)) this.inline(unread);
    showDefinitions(tokens, this.#lexer.used, (later, source) => this.#unread.set(later, source));
  }

  /**
   * The inline tokens of a block, read on first use.
   *
   * @param {Token[]} tokens those of the block
   * @returns {Token[]}
   */
  inline(tokens) {
    const source = this.#unread.get(tokens);
    if (source === undefined) return tokens;
    this.#unread.delete(tokens);
    if (source.length > LONGEST_PARAGRAPH) {
      tokens.push({ type: "source", raw: source, text: source });
      return tokens;
    }
    return this.#lexer.inlineTokens(withoutSpacesAtEnd(source.replace(INDENT, "")), tokens);
  }
}

/** @param {Token[]} tokens @returns {Token[]} the last, the last in it, and so on */
function endsOf(tokens) {
  const ends = [];
  for (let last = tokens.slice(-1); last.length; last = lastIn(last[0])) ends.push(...last);
  return ends;
}

/** @param {Token} token @returns {Token[]} the last in it; of a table all cells of the last row */
function lastIn({ items, rows, header, tokens }) {
  return rows ? (rows.at(-1) ?? header) : ((items ?? tokens)?.slice(-1) ?? []);
}

/** @param {string} source that shows nothing @returns {Token[]} */
function asSource(source) {
  const raw = withSigns(source);
  return source ? [{ type: "source", raw, text: raw }] : [];
}
