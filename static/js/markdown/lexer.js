/**
 * Splits Markdown into tokens, at a limited cost.
 *
 * The dialect is GitHub's, with single line breaks kept, math between `$ $$ \( \[`, and no HTML: a
 * tag is plain text. Blocks are found at once, which is cheap; the inline tokens of a block are
 * read only when it is rendered.
 */

import { Lexer, Marked, Tokenizer } from "marked";

import { mathExtensions } from "#js/markdown/math_syntax.js";

/**
 * @typedef {import("marked").Tokens.Generic} Token
 * @typedef {import("marked").Links} Links
 */

// The inline grammar has quadratic corners: "a.a.a.…@" of 60 kB took 8 s, of 10 kB a quarter of
// one. A longer paragraph is shown as plain text.
const LONGEST_INLINE = 10_000;
const LONGEST_ADDRESS = 2_048;
// Every level of nesting reads its content again, and 1,000 levels overflow the stack.
const DEEPEST_NESTING = 20;
// Laying out a table of 50,000 cells holds the page for a third of a second, at every change.
const MOST_CELLS = 10_000;

class ChatTokenizer extends Tokenizer {
  #depth = 0;

  html() {
    return undefined;
  }

  tag() {
    return undefined;
  }

  /** @param {string} source */
  url(source) {
    return super.url(source.slice(0, LONGEST_ADDRESS));
  }

  /** @param {string} source */
  table(source) {
    const token = super.table(source);
    return token && token.rows.length * token.header.length > MOST_CELLS ? undefined : token;
  }

  /** @param {string} source */
  list(source) {
    return this.#nested(() => super.list(source));
  }

  /** @param {string} source */
  blockquote(source) {
    return this.#nested(() => super.blockquote(source));
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

const dialect = new Marked({ gfm: true, breaks: true, extensions: mathExtensions }).defaults;

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
   */
  constructor(source, links = {}) {
    this.#lexer = new Lexer({ ...dialect, tokenizer: new ChatTokenizer() });
    Object.assign(this.#lexer.tokens.links, links);
    this.tokens = this.#lexer.blockTokens(source, this.#lexer.tokens);
    this.#unread = new Map(this.#lexer.inlineQueue.map(({ src, tokens }) => [tokens, src]));
  }

  /** Whether the source defines links that text before the definition may refer to. */
  get hasDefinitions() {
    return Object.keys(this.#lexer.tokens.links).length > 0;
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
    if (source.length > LONGEST_INLINE) {
      tokens.push({ type: "source", raw: source, text: source });
      return tokens;
    }
    return this.#lexer.inlineTokens(source, tokens);
  }
}
