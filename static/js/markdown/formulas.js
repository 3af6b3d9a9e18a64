/** Makes trees of formulas with KaTeX. */

import { treeOf } from "#js/markdown/markup_reader.js";

/** @typedef {import("#js/markdown/tree.js").Tag} Tag */

// With more formulas the layout would stop the page; the rest of a message stay as source.
export const MOST_FORMULAS = 1_000;
const LONGEST_FORMULA = 2_000;
const OPTIONS = Object.freeze({
  throwOnError: true,
  trust: false,
  maxExpand: 200,
  maxSize: 20,
  // Commands that produce HTML are errors. Input that LaTeX only warns about, such as letters of
  // other scripts in a formula, is accepted.
  strict: (/** @type {string} */ code) => (code === "htmlExtension" ? "error" : "ignore"),
});

/**
 * @param {typeof import("katex").default} katex
 * @param {string} source
 * @param {boolean} display
 * @returns {Tag | null} null for a formula that KaTeX does not know: its source is shown
 */
export function formulaTree(katex, source, display) {
  if (source.length > LONGEST_FORMULA) return null;
  try {
    return treeOf(katex.renderToString(source, { ...OPTIONS, displayMode: display }));
  } catch {
    return null;
  }
}
