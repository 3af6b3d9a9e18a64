/**
 * Renders the blocks of a message from tokens to DOM nodes.
 *
 * A block that grew is extended: a list keeps its items, an open code block appends to its text. So
 * the work of a frame depends on the new text and not on the length of the message.
 */

import { codeBlock, extendCodeBlock, isOpenFence } from "#js/markdown/code.js";
import { updateInPlace } from "#js/markdown/in_place.js";
import { appendCheckbox, appendInline, math } from "#js/markdown/inline.js";
import { element } from "#js/markdown/nodes.js";
import { partTokens, reconcile, shapeOf } from "#js/markdown/parts.js";
import { sanitize } from "#js/markdown/sanitize.js";

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/parts.js").Part} Part
 * @typedef {import("#js/markdown/context.js").Context} Context
 */

const HEADINGS = /** @type {const} */ (["h2", "h3", "h4", "h5", "h6", "h6"]);

/**
 * @param {Token} token
 * @param {Context} context
 * @param {Part} [old] the part shown in its place, which may be extended
 * @returns {Part}
 */
function rendered(token, context, old) {
  const shape = shapeOf(token);
  const isExtended =
    old && old.type === token.type && old.shape === shape && extend(old, token, context);
  if (isExtended) return old;
  const inside = { ...context, hasOpenCode: false };
  const built = build(token, inside);
  return { type: token.type, raw: token.raw, shape, ...built, open: inside.hasOpenCode };
}

/**
 * @param {Part} old
 * @param {Token} token
 * @param {Context} context
 * @returns {boolean} whether `old` now shows `token`
 */
function extend(old, token, context) {
  if (old.node && old.type === "code") {
    if (!extendCodeBlock(old.node, old.open, token, context)) return false;
    old.open = isOpenFence(token.raw) && !context.final;
  } else if (old.parts) {
    const tokens = partTokens(token);
    old.unfinished = !reconcile(containerOf(old), old.parts, tokens, context, renderedForPage);
    old.open = old.parts.some((part) => part.open);
  } else {
    return false;
  }
  old.raw = token.raw;
  return true;
}

/**
 * @param {Part} part
 * @returns {HTMLElement} whose children are the nodes of its parts
 */
function containerOf(part) {
  const node = /** @type {HTMLElement} */ (part.node);
  return part.type === "table" ? /** @type {HTMLElement} */ (node.querySelector("tbody")) : node;
}

/**
 * Like `rendered`, for a part that is placed directly into the page.
 *
 * @param {Token} token
 * @param {Context} context
 * @param {Part} [old]
 * @returns {Part}
 */
export function renderedForPage(token, context, old) {
  const part = rendered(token, context, old);
  if (part === old || !part.node) return part;
  sanitize(part.node);
  if (old?.node && !old.parts && updateInPlace(old.node, part.node)) part.node = old.node;
  return part;
}

/**
 * @param {Token} token
 * @param {Context} context
 * @returns {{node: HTMLElement | null, parts?: Part[], unfinished?: boolean}}
 */
function build(token, context) {
  switch (token.type) {
    case "space":
    case "def":
      return { node: null };
    case "code":
      return { node: codeBlock(token, context) };
    case "list":
      return container(list(token), token, context);
    case "blockquote":
      return container(element("blockquote"), token, context);
    case "table":
      return table(token, context);
    default:
      return { node: leaf(token, context) };
  }
}

/** @param {HTMLElement} node @param {Token} token @param {Context} context */
function container(node, token, context) {
  /** @type {Part[]} */
  const parts = [];
  const unfinished = !reconcile(node, parts, partTokens(token), context, rendered);
  context.hasOpenCode ||= parts.some((part) => part.open);
  return { node, parts, unfinished };
}

/** @param {Token} token @param {Context} context @returns {HTMLElement} */
function leaf(token, context) {
  switch (token.type) {
    case "hr":
      return element("hr");
    case "heading":
      // The h1 of the page is above every message.
      return withInline(element(HEADINGS[token.depth - 1]), token, context);
    case "display_math":
      return math("div", token, true, context);
    case "list_item":
      return listItem(token, context);
    case "table_row":
      return row(token.cells, "td", context);
    case "paragraph":
    case "text":
      return withInline(element("p"), token, context);
    default:
      return element("p", { class: "plain-text" }, token.raw);
  }
}

/**
 * @template {HTMLElement} Node
 * @param {Node} node
 * @param {Token} token
 * @param {Context} context
 */
function withInline(node, token, context) {
  appendInline(node, token.tokens ?? [], context);
  return node;
}

/** @param {Token} token */
function list(token) {
  if (!token.ordered) return element("ul");
  return element("ol", token.start === 1 ? {} : { start: `${token.start}` });
}

/** @param {Token} token @param {Context} context */
function listItem(token, context) {
  const node = element("li", token.task ? { class: "task" } : {});
  for (const child of token.tokens ?? []) {
    if (child.type === "text") appendInline(node, child.tokens ?? [], context);
    else if (child.type === "checkbox") appendCheckbox(node, child, context);
    else appendBlock(node, child, context);
  }
  return node;
}

/**
 * Appends a block inside a list item. It is not a part of its own, so it is rendered completely.
 *
 * @param {HTMLElement} parent
 * @param {Token} token
 * @param {Context} context
 */
function appendBlock(parent, token, context) {
  const inside = { ...context, until: Infinity };
  const { node } = build(token, inside);
  context.hasOpenCode ||= inside.hasOpenCode;
  if (node) parent.append(node);
}

/** @param {Token} token @param {Context} context */
function table(token, context) {
  const node = element("div", {
    class: "table-box",
    role: "group",
    tabindex: "0",
    "aria-label": context.labels.table,
  });
  const head = element("thead");
  head.append(row(token.header, "th", context));
  const { node: body, ...rest } = container(element("tbody"), token, context);
  const inner = element("table");
  inner.append(head, body);
  node.append(inner);
  return { node, ...rest };
}

/** @param {Token[]} cells @param {"td" | "th"} name @param {Context} context */
function row(cells, name, context) {
  const node = element("tr");
  for (const cell of cells) {
    node.append(withInline(element(name, cell.align ? { align: cell.align } : {}), cell, context));
  }
  return node;
}
