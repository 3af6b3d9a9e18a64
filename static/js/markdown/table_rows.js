/**
 * Rows of a table with pipes in code and formulas, such as `a|b` and `$|x|$`.
 *
 * GitHub ends a cell at each pipe that has no backslash, and leaves out the cells that the heading
 * does not have. Models write these pipes without one. So in a row that would have too many cells,
 * the pipes in its code and formulas are read as text, and nothing of it is lost.
 */

import { mathAt } from "#js/markdown/math_syntax.js";

// Dashes alone underline a heading.
const DELIMITERS = /^(?=[^\n]*[:|])[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;
const LITERAL = /\\[([]|\\[\s\S]|\$+|(`+)(?:(?!`)[\s\S]*?[^`])??\1(?!`)|`+/g;
const PIPE = /(\\?)\|/g;
const LOOKED_BACK = 2_000;

/**
 * @param {string} source that may begin with a table
 * @param {RegExp} row sticky, matches a line that is a row
 * @returns {string} its lines, in the form that GitHub reads; "" if no table begins there
 */
export function tableAt(source, row) {
  const start = endOfLines(source, 2);
  const [header, delimiters = ""] = source.slice(0, start).split("\n");
  if (!delimiters.includes("-") || !DELIMITERS.test(delimiters)) return "";
  const width = cellsOf(delimiters);
  const heading = readable(header, width);
  if (cellsOf(heading) !== width) return "";
  const rows = rowsFrom(source, start + 1, row);
  return [heading, delimiters, ...rows.map((each) => readable(each, width))].join("\n");
}

/**
 * The lines of a table, which is read no further than it goes: a text may have thousands of tables.
 *
 * @param {string} source
 * @param {number} start
 * @param {RegExp} row
 * @returns {string[]}
 */
function rowsFrom(source, start, row) {
  let end = start;
  row.lastIndex = start;
  while (end < source.length && row.test(source)) end = row.lastIndex;
  if (end <= start) return [];
  // The end of the last line counts, except before an empty line: a row of a tab is one only there.
  return source.slice(start, source[end] === "\n" ? end - 1 : end).split("\n");
}

/**
 * The pattern of one row of a table, which marked has inside of that of a table.
 *
 * @param {RegExp} table
 * @returns {RegExp}
 */
export function rowOf({ source }) {
  const start = source.indexOf("(?:(?! *\\n|");
  return new RegExp(source.slice(start, source.lastIndexOf("*)\\n*|$)")), "y");
}

/** @param {string} source @param {number} count @returns {number} where so many lines end */
export function endOfLines(source, count) {
  let end = -1;
  for (let line = 0; line < count; line += 1) {
    end = source.indexOf("\n", end + 1);
    if (end < 0) return source.length;
  }
  return end;
}

/** @param {string} row @param {number} width */
function readable(row, width) {
  return cellsOf(row) > width ? withEscapedPipes(row) : row;
}

/** @param {string} row @returns {number} */
function cellsOf(row) {
  const inner = row.trim().replace(/^\|/, "");
  return inner
    .replaceAll(/\\[\s\S]/g, "")
    .replace(/\|$/, "")
    .split("|").length;
}

/** @param {string} row @returns {string} */
function withEscapedPipes(row) {
  let result = "";
  let read = 0;
  for (const { 0: opening, index } of row.matchAll(LITERAL)) {
    if (index < read) continue;
    const end = index + lengthOf(opening, row, index);
    result += row.slice(read, index);
    result += row
      .slice(index, end)
      .replaceAll(PIPE, (pipe, backslash) => (backslash ? pipe : `\\${pipe}`));
    read = end;
  }
  return result + row.slice(read);
}

/** @param {string} opening @param {string} row @param {number} index @returns {number} */
function lengthOf(opening, row, index) {
  if (opening[0] === "`" || !/^(?:\$|\\[([])/.test(opening)) return opening.length;
  const before = row.slice(Math.max(0, index - LOOKED_BACK), index);
  return mathAt(row.slice(index), before, false)?.raw.length ?? opening.length;
}
