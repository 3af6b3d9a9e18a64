/**
 * Drawn text as HTML for the clipboard: plain elements with their meaning, as word processors and
 * mail programs take them, without classes, styles, buttons or frames.
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
import { readableText } from "#js/copying/readable_text.js";

/** @typedef {import("#js/copying/content.js").DrawnNode} DrawnNode */

const KEPT = new Set(
  `blockquote br code del em h1 h2 h3 h4 h5 h6 hr li ol p s strong sub sup table tbody td th thead
  tr ul`.split(/\s+/),
);
const EMPTY = new Set(["br", "hr"]);
// These mean something without text in them.
const KEPT_EMPTY = new Set(["br", "hr", "td", "th"]);
const LINK = /^(?:https?|mailto):/i;
/** @type {Record<string, string>} the headings of a message are one level below the page's */
const HEADINGS = { h2: "h1", h3: "h2", h4: "h3", h5: "h4", h6: "h5" };
/** @type {Record<string, string>} without lines, a table is a heap of words in most programs */
const TABLE = { border: "1", cellspacing: "0", cellpadding: "6" };
/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** @param {DrawnNode} node @returns {string} the content of it, or of a fragment */
export function cleanHtml(node) {
  return contentOf(node).map(written).join("");
}

/** @param {DrawnNode} node @returns {string} */
function written(node) {
  if (isText(node)) return escaped(node.data ?? "");
  const formula = formulaOf(node);
  if (formula) return writtenFormula(formula);
  const mark = taskMark(node);
  if (mark) return mark === "[x]" ? "☑" : "☐";
  if (node.localName === "pre") return `<pre><code>${escaped(rawText(node))}</code></pre>`;
  if (hasClass(node, "plain-text") || hasClass(node, "bubble")) return writtenLines(node);
  // The direction of a table is that of the box in which it scrolls.
  if (hasClass(node, "table-box"))
    return contentOf(node)
      .map((each) => writtenTable(each, node))
      .join("");
  if (isKept(node)) return writtenElement(node);
  return isLine(node) ? `<p>${cleanHtml(node)}</p>` : cleanHtml(node) + after(node);
}

/** @param {DrawnNode} node @returns {boolean} whether it is a box with nothing but text in it */
function isLine(node) {
  return isBlock(node) && !contentOf(node).some(isBlock) && readableText(node) !== "";
}

/** @param {DrawnNode} node */
function isKept(node) {
  if (node.localName === "a") return LINK.test(attribute(node, "href") ?? "");
  return KEPT.has(node.localName ?? "");
}

/** @param {{source: string, display: boolean}} formula */
function writtenFormula({ source, display }) {
  return display ? `<p>${broken(source)}</p>` : escaped(source);
}

/** @param {DrawnNode} node whose line breaks are shown as they are */
function writtenLines(node) {
  return `<p>${broken(rawText(node))}</p>`;
}

/** @param {DrawnNode} node in a box for a table @param {DrawnNode} box */
function writtenTable(node, box) {
  const dir = attribute(box, "dir");
  return node.localName === "table" ? writtenElement(node, dir ? { dir } : {}) : written(node);
}

/** @param {DrawnNode} node @param {Record<string, string>} [outer] attributes of what is around it */
function writtenElement(node, outer = {}) {
  const name = node.localName ?? "";
  const inner = cleanHtml(node);
  if (inner.trim() === "" && !KEPT_EMPTY.has(name)) return inner;
  const attributes = Object.entries({ ...outer, ...attributesOf(node) })
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join("");
  const shown = HEADINGS[name] ?? name;
  return `<${shown}${attributes}>${EMPTY.has(name) ? "" : `${inner}</${shown}>`}`;
}

/** @param {DrawnNode} node @returns {Record<string, string>} */
function attributesOf(node) {
  const kept = Object.fromEntries(
    ["align", "dir", "start"].flatMap((name) => {
      const value = attribute(node, name);
      return value === null ? [] : [[name, value]];
    }),
  );
  if (node.localName === "a") return { ...kept, href: attribute(node, "href") ?? "" };
  return node.localName === "table" ? { ...kept, ...TABLE } : kept;
}

/** @param {string} text */
function broken(text) {
  return escaped(text).replaceAll("\n", "<br>");
}

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character]);
}
