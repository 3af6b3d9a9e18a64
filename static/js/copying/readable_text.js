/**
 * Drawn text as plain text for people: list markers, line breaks of code, cells apart by tabs,
 * formulas as their source. It has no marks of emphasis: Copy of a whole message gives the Markdown.
 */

import {
  after,
  attribute,
  contentOf,
  formulaOf,
  hasClass,
  isBlock,
  isText,
  rawText,
  taskMark,
} from "#js/copying/content.js";

/** @typedef {import("#js/copying/content.js").DrawnNode} DrawnNode */

const LISTS = new Set(["ol", "ul"]);

/** @param {DrawnNode} node @returns {string} the content of it, or of a fragment */
export function readableText(node) {
  return blocksIn(node).join("\n\n");
}

/**
 * @param {DrawnNode} node
 * @returns {string[]} the blocks in it; text beside them is a block of its own
 */
function blocksIn(node) {
  /** @type {string[]} */
  const blocks = [];
  let line = "";
  for (const child of contentOf(node)) {
    if (isBlock(child)) {
      blocks.push(line, blockText(child));
      line = "";
    } else line += inlineText(child);
  }
  return [...blocks, line].map(trimmed).filter(Boolean);
}

/** @param {DrawnNode} node @returns {string} */
function blockText(node) {
  const formula = formulaOf(node);
  if (formula) return formula.source;
  switch (node.localName) {
    case "pre":
      return rawText(node);
    case "hr":
      return "---";
    case "ul":
    case "ol":
      return listText(node);
    case "li":
      return `- ${indented(itemText(node), 2)}`;
    case "table":
    case "thead":
    case "tbody":
      return rowsIn(node).map(rowText).join("\n");
    case "tr":
      return rowText(node);
    case "blockquote":
      return prefixed(readableText(node), "> ");
    default:
      return hasClass(node, "plain-text") || hasClass(node, "bubble")
        ? rawText(node)
        : blocksIn(node).join(isTight(node) ? "\n" : "\n\n");
  }
}

/** @param {DrawnNode} node @returns {boolean} whether its blocks are lines, as in a tree of JSON */
function isTight(node) {
  return node.localName === "details" || hasClass(node, "json-children");
}

/** @param {DrawnNode} node @returns {string} */
function listText(node) {
  let number = Number(attribute(node, "start") ?? 1);
  return contentOf(node)
    .filter((child) => child.localName === "li")
    .map((item) => {
      const marker = node.localName === "ol" ? `${number++}. ` : "- ";
      return marker + indented(itemText(item), marker.length);
    })
    .join("\n");
}

/** @param {DrawnNode} item @returns {string} with the lists inside directly below its text */
function itemText(item) {
  let text = "";
  for (const child of contentOf(item)) {
    if (!isBlock(child)) text += inlineText(child);
    else if (text.trim() === "") text = blockText(child);
    else
      text = `${trimmed(text)}${LISTS.has(child.localName ?? "") ? "\n" : "\n\n"}${blockText(child)}`;
  }
  return trimmed(text);
}

/** @param {DrawnNode} node @returns {DrawnNode[]} the rows in it */
function rowsIn(node) {
  return contentOf(node).flatMap((child) => (child.localName === "tr" ? [child] : rowsIn(child)));
}

/** @param {DrawnNode} row */
function rowText(row) {
  const cells = contentOf(row).filter((child) => !isText(child));
  return cells.map((cell) => readableText(cell).replace(/\s*\n\s*|\t/g, " ")).join("\t");
}

/** @param {DrawnNode} node @returns {string} */
function inlineText(node) {
  if (isText(node)) return node.data ?? "";
  if (node.localName === "br") return "\n";
  const text = formulaOf(node)?.source ?? taskMark(node);
  if (text !== null) return text;
  return contentOf(node).map(inlineText).join("") + after(node);
}

/** @param {string} text @param {number} width of the marker that the first line stands behind */
function indented(text, width) {
  return text.replace(/\n(?!\n)/g, `\n${" ".repeat(width)}`);
}

/** @param {string} text @param {string} prefix */
function prefixed(text, prefix) {
  return text.replace(/^/gm, prefix).replace(/ +$/gm, "");
}

/** @param {string} text without line breaks at its ends; the indentation of code stays */
function trimmed(text) {
  return text.replace(/^[ \t]*\n+|[ \n]+$/g, "");
}
