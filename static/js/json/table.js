/**
 * A list of objects as rows and columns, and as CSV. Numbers keep the digits of their source.
 *
 * @typedef {{columns: string[], rows: string[][]}} Table
 * @typedef {import("#js/json/reader.js").JsonNode} JsonNode
 */

import { compact } from "#js/json/pretty.js";

// A spreadsheet runs a cell that begins like this as a formula.
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const QUOTED = /[",\n\r]/;

/**
 * @param {JsonNode | null} node complete
 * @returns {Table | null} null if it is not a list of objects; an object with one list in it
 *   counts as that list
 */
export function tableOf(node) {
  const list = node && listIn(node);
  if (!list) return null;
  // Of two members of one name the last counts, as in every reader of JSON.
  const cells = list.map((each) => new Map(each.entries.map(({ key, node }) => [key ?? "", node])));
  const columns = [...new Set(cells.flatMap((row) => [...row.keys()]))];
  return { columns, rows: cells.map((row) => columns.map((key) => cell(row.get(key)))) };
}

/**
 * @param {Table} table
 * @returns {string} in the format of RFC 4180, safe to open in a spreadsheet
 */
export function csvOf({ columns, rows }) {
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** @param {JsonNode} node @returns {JsonNode[] | null} */
function listIn({ type, entries }) {
  const inner = entries.map((entry) => entry.node);
  if (type === "array") return inner.length > 0 && inner.every(isObject) ? inner : null;
  const lists = inner.filter((each) => each.type === "array");
  return lists.length === 1 ? listIn(lists[0]) : null;
}

/** @param {JsonNode} node @returns {boolean} */
function isObject(node) {
  return node.type === "object";
}

/** @param {JsonNode | undefined} node @returns {string} */
function cell(node) {
  if (!node) return "";
  return node.type === "string" ? node.text : compact(node);
}

/** @param {string} text @returns {string} */
function field(text) {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
