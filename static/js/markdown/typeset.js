/** Typesets math with KaTeX, which is loaded for the first formula. */

import { element } from "#js/markdown/nodes.js";

/** @typedef {Extract<import("#js/markdown/context.js").Finish, {kind: "math"}>} Formula */

const LONGEST_FORMULA = 2_000;
const REMEMBERED = 500;
const OPTIONS = Object.freeze({
  throwOnError: true,
  trust: false,
  maxExpand: 200,
  maxSize: 20,
  // Commands that produce HTML are errors. Input that LaTeX only warns about, such as letters of
  // other scripts in a formula, is accepted.
  strict: (/** @type {string} */ code) => (code === "htmlExtension" ? "error" : "ignore"),
});

/** @type {Promise<typeof import("katex").default> | null} */
let loading = null;

/** @returns {Promise<typeof import("katex").default>} */
function katex() {
  loading ??= import("katex").then((module) => {
    const href = import.meta.resolve("katex/dist/katex.min.css");
    document.head.append(element("link", { rel: "stylesheet", href }));
    return module.default;
  });
  return loading;
}

export class Typesetter {
  /** @type {Map<string, HTMLElement | null>} null for a formula that cannot be typeset */
  #typeset = new Map();

  /**
   * Inserts a formula that was typeset before.
   *
   * @param {Formula} formula
   * @returns {boolean} whether it was
   */
  recall(formula) {
    const known = this.#typeset.get(keyOf(formula));
    if (known) formula.node.replaceChildren(known.cloneNode(true));
    return known !== undefined;
  }

  /** @param {Formula} formula */
  async typeset(formula) {
    if (this.recall(formula)) return;
    const { render } = await katex();
    this.#remember(keyOf(formula), typesetNode(render, formula));
    this.recall(formula);
  }

  /** @param {string} key @param {HTMLElement | null} node */
  #remember(key, node) {
    this.#typeset.set(key, node);
    const oldest = this.#typeset.keys().next().value;
    if (this.#typeset.size > REMEMBERED && oldest !== undefined) this.#typeset.delete(oldest);
  }
}

/**
 * Uses `render` and not `renderToString`: it sets styles through the CSSOM, which a strict content
 * security policy allows, and not as attributes, which the policy blocks.
 *
 * @param {typeof import("katex").default.render} render
 * @param {Formula} formula
 * @returns {HTMLElement | null}
 */
function typesetNode(render, { source, display }) {
  if (source.length > LONGEST_FORMULA) return null;
  const node = element("span");
  try {
    render(source, node, { ...OPTIONS, displayMode: display });
    return node;
  } catch {
    return null; // KaTeX does not know this formula: its source is shown.
  }
}

/** @param {Formula} formula */
function keyOf({ source, display }) {
  return `${display} ${source}`;
}
