/**
 * A list of objects as rows and columns, and as CSV.
 *
 * @typedef {{columns: string[], rows: string[][]}} Table
 */

// A spreadsheet runs a cell that begins like this as a formula.
const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
const QUOTED = /[",\n\r]/;

/**
 * @param {any} value
 * @returns {Table | null} null if it is not a list of objects; an object with one list in it
 *   counts as that list
 */
export function tableOf(value) {
  const list = listIn(value);
  if (!list) return null;
  const columns = [...new Set(list.flatMap((each) => Object.keys(each)))];
  const rows = list.map((each) =>
    columns.map((key) => cell(Object.hasOwn(each, key) ? each[key] : "")),
  );
  return { columns, rows };
}

/**
 * @param {Table} table
 * @returns {string} in the format of RFC 4180, safe to open in a spreadsheet
 */
export function csvOf({ columns, rows }) {
  return [columns, ...rows].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}

/** @param {any} value @returns {Record<string, any>[] | null} */
function listIn(value) {
  if (Array.isArray(value)) return value.length > 0 && value.every(isObject) ? value : null;
  const inner = isObject(value) ? Object.values(value).filter(Array.isArray) : [];
  return inner.length === 1 ? listIn(inner[0]) : null;
}

/** @param {any} value @returns {boolean} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} value @returns {string} */
function cell(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** @param {string} text @returns {string} */
function field(text) {
  const safe = FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
