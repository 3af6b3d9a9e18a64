/** Typesets math with KaTeX, which is loaded for the first formula. */

import { nodeOf } from "#js/markdown/dom_writer.js";
import { formulaTree } from "#js/markdown/formulas.js";
import { element } from "#js/markdown/nodes.js";

/** @typedef {Extract<import("#js/markdown/context.js").Finish, {kind: "math"}>} Formula */

const REMEMBERED = 500;

/** @type {Promise<typeof import("katex").default> | null} */
let loading = null;

/** @returns {Promise<typeof import("katex").default>} */
function katex() {
  loading ??= Promise.all([import("katex"), styles()]).then(([module]) => module.default);
  return loading;
}

/**
 * Loads the style sheet, without which a formula is shown twice, and in other sizes.
 *
 * @returns {Promise<unknown>} fulfilled also where it cannot be loaded
 */
function styles() {
  const href = import.meta.resolve("katex/dist/katex.min.css");
  const link = element("link", { rel: "stylesheet", href });
  document.head.append(link);
  return new Promise((resolve) => {
    for (const type of ["load", "error"]) link.addEventListener(type, resolve);
  });
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
    else if (known === null) showAsSource(formula.node);
    return known !== undefined;
  }

  /** @param {Formula} formula */
  async typeset(formula) {
    if (this.recall(formula)) return;
    const tree = formulaTree(await katex(), formula.source, formula.display);
    this.#remember(keyOf(formula), tree && nodeOf(tree));
    this.recall(formula);
  }

  /** @param {string} key @param {HTMLElement | null} node */
  #remember(key, node) {
    this.#typeset.set(key, node);
    const oldest = this.#typeset.keys().next().value;
    if (this.#typeset.size > REMEMBERED && oldest !== undefined) this.#typeset.delete(oldest);
  }
}

/** @param {HTMLElement} node of a formula that is shown as it is written */
export function showAsSource(node) {
  if (!node.firstElementChild) node.replaceChildren(element("code", {}, node.textContent ?? ""));
}

/** @param {Formula} formula */
function keyOf({ source, display }) {
  return `${display} ${source}`;
}
