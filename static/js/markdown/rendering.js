/** Renders complete texts as HTML, without a browser: for the server, and for tests in Node. */

import { blockTree, divided } from "#js/markdown/blocks.js";
import { codeTree } from "#js/markdown/code.js";
import { TreeFinisher } from "#js/markdown/finished.js";
import { htmlOf } from "#js/markdown/html_writer.js";
import { Lexed } from "#js/markdown/lexer.js";
import { tag } from "#js/markdown/tree.js";
import { visibleText } from "#js/markdown/visible_text.js";

/**
 * @typedef {import("#js/markdown/context.js").Labels} Labels
 * @typedef {import("#js/markdown/finished.js").Libraries} Libraries
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/tree.js").Tag} Tag
 *
 * @typedef {object} Rendered
 * @property {string} html
 * @property {Record<string, string>} styles the declarations of the classes that were made
 * @property {Block[]} blocks
 *
 * @typedef {object} Block one that can be seen
 * @property {number} first its first line
 * @property {number} last the line after its last
 * @property {string} text as a reader sees it
 */

/**
 * @param {string} text
 * @param {Labels} labels
 * @param {Libraries | null} libraries null to leave formulas and code as they are written
 * @returns {Rendered}
 */
export function rendered(text, labels, libraries) {
  const trees = treesOf(text, labels, libraries);
  /** @type {Record<string, string>} */
  const styles = {};
  return {
    html: htmlOf(
      trees.map(({ tree }) => tree),
      styles,
    ),
    styles,
    blocks: trees.map(({ tree, first, last }) => ({ first, last, text: visibleText([tree]) })),
  };
}

/**
 * @param {string} text
 * @param {Labels} labels
 * @param {Libraries | null} libraries
 * @returns {{tree: Tag, first: number, last: number}[]}
 */
export function treesOf(text, labels, libraries) {
  const { markdown, rest } = divided(text);
  const lexed = new Lexed(markdown);
  const context = { lexed, labels, final: true, hasScript: false };
  const lines = new Lines(markdown);
  const shown = lexed.tokens.flatMap((token) => {
    const [range, tree] = [lines.of(token), blockTree(token, context)];
    return tree ? [{ tree, ...range }] : [];
  });
  if (libraries) new TreeFinisher(libraries).finish(shown.map(({ tree }) => tree));
  if (rest) {
    const first = lines.count - 1;
    const last = first + rest.split("\n").length;
    shown.push({ tree: tag("div", { class: "plain-text" }, [rest]), first, last });
  }
  return shown;
}

/**
 * @param {string} text that is code as a whole
 * @param {string} language
 * @param {Libraries} libraries
 * @returns {Omit<Rendered, "blocks">}
 */
export function renderedCode(text, language, libraries) {
  const tree = codeTree(text, language, [], { kind: "code", source: text, language });
  new TreeFinisher(libraries).finish([tree]);
  return { html: htmlOf([tree], {}), styles: {} };
}

/** The lines of a source, in which its tokens are found one after the other. */
class Lines {
  #source;
  #read = 0;
  #line = 0;

  /** @param {string} source */
  constructor(source) {
    this.#source = source;
    this.count = lineBreaks(source) + 1;
  }

  /**
   * @param {Token} token the next one
   * @returns {{first: number, last: number}} all lines if the lexer has changed its source
   */
  of({ raw }) {
    if (!this.#source.startsWith(raw, this.#read)) this.#read = Number.POSITIVE_INFINITY;
    if (this.#read > this.#source.length) return { first: 0, last: this.count };
    const first = this.#line;
    this.#read += raw.length;
    this.#line += lineBreaks(raw);
    return { first, last: first + lineBreaks(raw.trimEnd()) + 1 };
  }
}

/** @param {string} text */
function lineBreaks(text) {
  return text.split("\n").length - 1;
}
