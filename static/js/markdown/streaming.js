/**
 * Shows the blocks of a message on the page, and extends a block that grew: a list keeps its items,
 * an open code block appends to its text. So the work of a frame depends on the new text and not on
 * the length of the message.
 */

import { blockTree, emptyBox, partTokens } from "#js/markdown/blocks.js";
import { isStillOpen, languageOf, workOf } from "#js/markdown/code.js";
import { plainPieces } from "#js/markdown/code_lines.js";
import { nodeOf } from "#js/markdown/dom_writer.js";
import { updateInPlace } from "#js/markdown/in_place.js";
import { appendCharacterData } from "#js/markdown/nodes.js";
import { reconcile, shapeOf } from "#js/markdown/parts.js";
import { sanitize } from "#js/markdown/sanitize.js";

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/parts.js").Part} Part
 * @typedef {import("#js/markdown/context.js").PageContext} Context
 */

/**
 * The part that shows a token and is placed directly into the page.
 *
 * @param {Token} token
 * @param {Context} context
 * @param {Part} [old] the part shown in its place, which may be extended
 * @returns {Part}
 */
export function partForPage(token, context, old) {
  const part = partOf(token, context, old);
  if (part === old || !part.node) return part;
  sanitize(part.node);
  if (old?.node && !old.parts && updateInPlace(old.node, part.node)) part.node = old.node;
  return part;
}

/**
 * @param {Token} token
 * @param {Context} context
 * @param {Part} [old]
 * @returns {Part}
 */
function partOf(token, context, old) {
  const shape = shapeOf(token);
  const isExtended =
    old && old.type === token.type && old.shape === shape && extend(old, token, context);
  if (isExtended) return old;
  const inside = { ...context, hasOpenCode: false };
  const built = box(token, inside) ?? leaf(token, inside);
  const { type, raw, text, isUndecided } = token;
  return { type, raw, text, shape, isUndecided, ...built, open: inside.hasOpenCode };
}

/**
 * @param {Part} old
 * @param {Token} token
 * @param {Context} context
 * @returns {boolean} whether `old` now shows `token`
 */
function extend(old, token, context) {
  if (old.node && old.type === "code") {
    if (!old.open || !extendCode(old.node, old.text ?? "", token, context)) return false;
    old.text = token.text;
    old.open = isStillOpen(token, context);
  } else if (old.parts) {
    const tokens = partTokens(token);
    old.unfinished = !reconcile(containerOf(old), old.parts, tokens, context, partForPage);
    old.open = old.parts.some((part) => part.open);
  } else {
    return false;
  }
  old.raw = token.raw;
  old.isUndecided = token.isUndecided;
  return true;
}

/**
 * Appends the new text to a code block that is still streaming.
 *
 * @param {HTMLElement} node
 * @param {string} before the code that it shows; to read it from the page costs more with each line
 * @param {Token} token
 * @param {Context} context
 * @returns {boolean} whether that was possible
 */
function extendCode(node, before, token, context) {
  const code = /** @type {HTMLElement} */ (node.querySelector("code"));
  if (!token.text.startsWith(before)) return false;
  const language = /** @type {HTMLElement} */ (node.querySelector(".code-language"));
  const name = languageOf(token);
  if (language.textContent !== name) language.textContent = name;
  appendCode(code, token.text.slice(before.length));
  const work = workOf(token, context);
  if (work) context.finishing.push({ ...work, node: work.kind === "diagram" ? node : code });
  return true;
}

/** @param {HTMLElement} code @param {string} text */
function appendCode(code, text) {
  const last = /** @type {HTMLElement} */ (code.lastElementChild);
  const before = last.textContent ?? "";
  const [first, ...more] = plainPieces(before + text);
  appendCharacterData(last, `${first.children[0] ?? ""}`.slice(before.length));
  code.append(...more.map((piece) => nodeOf(piece)));
}

/**
 * @param {Token} token
 * @param {Context} context
 * @returns {{node: HTMLElement, parts: Part[], unfinished: boolean} | null} null for a block that
 *   does not consist of parts
 */
function box(token, context) {
  const tree = emptyBox(token, context);
  if (!tree) return null;
  const node = nodeOf(tree, context.finishing);
  /** @type {Part[]} */
  const parts = [];
  const container = containerOf({ type: token.type, node });
  const unfinished = !reconcile(container, parts, partTokens(token), context, partOf);
  context.hasOpenCode ||= parts.some((part) => part.open);
  return { node, parts, unfinished };
}

/** @param {Token} token @param {Context} context */
function leaf(token, context) {
  const tree = blockTree(token, context);
  return { node: tree && nodeOf(tree, context.finishing) };
}

/**
 * @param {Pick<Part, "type" | "node">} part
 * @returns {HTMLElement} whose children are the nodes of its parts
 */
function containerOf(part) {
  const node = /** @type {HTMLElement} */ (part.node);
  return part.type === "table" ? /** @type {HTMLElement} */ (node.querySelector("tbody")) : node;
}
