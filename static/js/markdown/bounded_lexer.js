/** Marked's lexer with our tokenizers, which nests inline tokens to a limited depth. */

import { Lexer, Marked } from "marked";

import { autolinkExtension, webLinkAt } from "#js/markdown/autolinks.js";
import { withoutSpacesAtEnd } from "#js/markdown/characters.js";
import { emphasisIn } from "#js/markdown/emphasis.js";
import { mathAt, mathExtensions } from "#js/markdown/math_syntax.js";
import { ChatTokenizer, LINE_BREAK } from "#js/markdown/tokenizer.js";

/**
 * @typedef {import("#js/markdown/reading.js").Enclosed} Enclosed
 *
 * @typedef {object} Run the reading of one piece of inline source
 * @property {string} source
 * @property {boolean} isOpen whether it may go on
 * @property {Map<number, Enclosed>} [emphasis] found on first use
 */

// Every level reads its content again, and 1,000 levels overflow the stack.
const DEEPEST_INLINE = 30;
const LITERAL = /\$+|\\[([]|https?:\/\/|www\./gi;
const LOOKED_BACK = 2_000;

const dialect = new Marked({
  gfm: true,
  breaks: true,
  extensions: [...mathExtensions, autolinkExtension],
}).defaults;

export class BoundedLexer extends Lexer {
  /** @type {Run[]} those under way, the innermost last */
  #runs = [];
  #openSource;
  /** @type {object | null} the tokens of the piece of inline source that may go on */
  openEnd = null;
  #tokenizer;

  /** @param {string | null} openSource the whole source, if it may go on */
  constructor(openSource) {
    const tokenizer = new ChatTokenizer();
    super({ ...dialect, tokenizer });
    this.#tokenizer = tokenizer;
    tokenizer.rules.block = { ...tokenizer.rules.block, paragraph: paragraphOf(tokenizer.rules) };
    tokenizer.rules.inline = { ...tokenizer.rules.inline, tag: LINE_BREAK };
    // The lexer leaves out the spaces at the end of what it reads.
    this.#openSource = openSource === null ? null : withoutSpacesAtEnd(openSource);
  }

  /** The addresses of the links so far that refer to a definition. */
  get used() {
    return this.#tokenizer.used;
  }

  /**
   * Whether the message may go on after a source. Its last line decides, since a list item and a
   * quotation are read without their indents.
   *
   * @param {string} source
   * @returns {boolean}
   */
  mayGoOn(source) {
    const end = withoutSpacesAtEnd(source);
    return this.#openSource?.endsWith(end.slice(end.lastIndexOf("\n") + 1)) ?? false;
  }

  /** Whether what is being read may go on, so that its end is not decided yet. */
  get isOpen() {
    return this.#runs.at(-1)?.isOpen ?? false;
  }

  /** @param {string} source @param {any[]} [tokens] */
  inlineTokens(source, tokens = []) {
    if (this.#runs.length >= DEEPEST_INLINE) {
      tokens.push({ type: "text", raw: source, text: source, escaped: false });
      return tokens;
    }
    const isOpen = tokens === this.openEnd;
    this.#runs.push({ source, isOpen });
    try {
      return super.inlineTokens(source, tokens);
    } finally {
      this.#runs.pop();
    }
  }

  /**
   * The emphasis in the source that is being read.
   *
   * @param {string} masked that source without the insides of code and links
   * @returns {Map<number, Enclosed>}
   */
  emphasis(masked) {
    const run = /** @type {Run} */ (this.#runs.at(-1));
    run.emphasis ??= emphasisIn(withoutLiterals(run, masked), run.isOpen);
    return run.emphasis;
  }
}

/**
 * Marked's pattern of a paragraph, which a table ends. Its first two lines tell that it is one: to read
 * all its rows, from each line of a text, would take minutes.
 *
 * @param {import("marked").Tokenizer["rules"]} rules
 * @returns {RegExp}
 */
function paragraphOf({ block: { table, paragraph } }) {
  const rows = table.source.slice(table.source.indexOf("(?:\\n((?:"));
  return new RegExp(paragraph.source.replace(rows, () => "(?:\\n|$)"));
}

/**
 * Masks formulas and addresses: a star in them is no delimiter.
 *
 * @param {Run} run
 * @param {string} masked
 * @returns {string}
 */
function withoutLiterals({ source, isOpen }, masked) {
  let result = "";
  for (const { 0: opening, index } of source.matchAll(LITERAL)) {
    // What is masked already is in code or a link. An escape is masked with two plus signs.
    const isFree = masked.startsWith(opening[0] === "\\" ? "++" : opening, index);
    if (index < result.length || !isFree) continue;
    const before = source.slice(Math.max(0, index - LOOKED_BACK), index);
    const rest = source.slice(index);
    const length = (mathAt(rest, before, isOpen) ?? webLinkAt(rest, before))?.raw.length ?? 0;
    if (length < 2) continue;
    result += `${masked.slice(result.length, index)}[${"a".repeat(length - 2)}]`;
  }
  return result + masked.slice(result.length);
}
