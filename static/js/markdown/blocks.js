/** Makes the trees of the blocks of a message. */

import { codeBlock } from "#js/markdown/code.js";
import { appendCheckbox, appendInline, math } from "#js/markdown/inline.js";
import { tag } from "#js/markdown/tree.js";

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/tree.js").Tag} Tag
 * @typedef {import("#js/markdown/tree.js").Tree} Tree
 * @typedef {import("#js/markdown/context.js").Context} Context
 */

const HEADINGS = ["h2", "h3", "h4", "h5", "h6", "h6"];
const LONGEST_MARKDOWN = 200_000;

/**
 * The part of a text that is Markdown, with one kind of line break, and the rest of a text that is
 * too long, which is shown as plain text.
 *
 * @param {string} text
 */
export function divided(text) {
  // The character that ends a string in C is dropped by parsers of HTML; CommonMark replaces it.
  const lines = text.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd");
  // Never between the two halves of a character.
  const cut =
    (lines.codePointAt(LONGEST_MARKDOWN - 1) ?? 0) > 0xffff
      ? LONGEST_MARKDOWN - 1
      : LONGEST_MARKDOWN;
  return { markdown: lines.slice(0, cut), rest: lines.slice(cut) };
}

/**
 * @param {Token} token
 * @param {Context} context
 * @returns {Tag | null} null for a token that shows nothing
 */
export function blockTree(token, context) {
  const box = emptyBox(token, context);
  if (!box) return leaf(token, context);
  boxOfParts(box).children.push(...treesOf(partTokens(token), context));
  return box;
}

/** @param {Token[]} tokens @param {Context} context @returns {Tag[]} */
function treesOf(tokens, context) {
  return tokens.map((token) => blockTree(token, context)).filter((tree) => tree !== null);
}

/**
 * The tree of a block that consists of parts, without them.
 *
 * @param {Token} token
 * @param {Context} context
 * @returns {Tag | null} null for every other block
 */
export function emptyBox(token, context) {
  switch (token.type) {
    case "list":
      return list(token);
    case "blockquote":
      return tag("blockquote", direction(token));
    case "table":
      return table(token, context);
    default:
      return null;
  }
}

/** @param {Tag} box @returns {Tag} the element in it that has the parts as its children */
function boxOfParts(box) {
  const table = box.children[0];
  return /** @type {Tag} */ (typeof table === "object" ? table.children[1] : box);
}

/** @param {Token} token @returns {Token[]} */
export function partTokens(token) {
  switch (token.type) {
    case "list":
      return token.items;
    case "table":
      return token.rows.map((/** @type {Token[]} */ cells) => ({
        type: "table_row",
        raw: cells.map(({ text }) => text).join("\0"),
        isUndecided: cells.some((cell) => cell.isUndecided),
        cells,
      }));
    default:
      return token.tokens ?? [];
  }
}

/** @param {Token} token @param {Context} context @returns {Tag | null} */
function leaf(token, context) {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "code":
      return codeBlock(token, context);
    case "hr":
      return tag("hr");
    case "heading":
      // The h1 of the page is above every message.
      return withInline(HEADINGS[token.depth - 1], token, context);
    case "display_math":
      return math("div", token, true);
    case "list_item":
      return listItem(token, context);
    case "table_row":
      return row(token.cells, "td", context);
    case "paragraph":
    case "text":
      return withInline("p", token, context);
    default:
      return tag("p", { class: "plain-text" }, [token.raw]);
  }
}

/** @param {string} name @param {Token} token @param {Context} context */
function withInline(name, token, context) {
  return tag(name, direction(token), appendInline([], token.tokens ?? [], context));
}

/** @param {Token} token @returns {Record<string, string>} none if it is that of the text around */
function direction(token) {
  return token.direction ? { dir: token.direction } : {};
}

/** @param {Token} token */
function list(token) {
  const attributes = direction(token);
  if (token.ordered && token.start !== 1) attributes.start = `${token.start}`;
  return tag(token.ordered ? "ol" : "ul", attributes);
}

/** @param {Token} token @param {Context} context */
function listItem(token, context) {
  /** @type {Tree[]} */
  const children = [];
  for (const child of token.tokens ?? []) {
    if (child.type === "text") appendInline(children, child.tokens ?? [], context);
    else if (child.type === "checkbox") appendCheckbox(children, child, context);
    else children.push(...treesOf([child], context));
  }
  const attributes = direction(token);
  if (token.task) attributes.class = "task";
  return tag("li", attributes, children);
}

/** @param {Token} token @param {Context} context */
function table(token, context) {
  const { table: label } = context.labels;
  const head = tag("thead", {}, [row(token.header, "th", context)]);
  const attributes = { class: "table-box", role: "group", tabindex: "0", "aria-label": label };
  const box = { ...attributes, ...direction(token) };
  return tag("div", box, [tag("table", {}, [head, tag("tbody")])]);
}

/** @param {Token[]} cells @param {"td" | "th"} name @param {Context} context */
function row(cells, name, context) {
  const trees = cells.map((cell) => {
    const children = appendInline([], cell.tokens ?? [], context);
    const attributes = direction(cell);
    if (cell.align) attributes.align = cell.align;
    return tag(name, attributes, children);
  });
  return tag("tr", {}, trees);
}
