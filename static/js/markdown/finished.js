/** Does at once the work that libraries have left in a tree, where the libraries are loaded. */

import { colouredPieces } from "#js/markdown/code_lines.js";
import { formulaTree, MOST_FORMULAS } from "#js/markdown/formulas.js";
import { LONGEST_CODE, MORE_GRAMMARS } from "#js/markdown/grammars.js";
import { tag } from "#js/markdown/tree.js";

/**
 * @typedef {import("#js/markdown/tree.js").Tree} Tree
 * @typedef {import("#js/markdown/tree.js").Work} Work
 *
 * @typedef {object} Libraries
 * @property {typeof import("katex").default} katex
 * @property {import("#js/markdown/highlight_worker.js").Library} highlighter
 */

/** Formulas and colours for the trees of one message. */
export class TreeFinisher {
  #libraries;
  #formulas = 0;

  /** @param {Libraries} libraries */
  constructor(libraries) {
    this.#libraries = libraries;
  }

  /** @param {Tree[]} trees */
  finish(trees) {
    for (const tree of trees) {
      if (typeof tree === "string") continue;
      if (tree.work) tree.children = this.#done(tree.work) ?? withoutLibrary(tree);
      else this.finish(tree.children);
    }
  }

  /** @param {Work} work @returns {Tree[] | null} null leaves the source */
  #done(work) {
    if (work.kind === "math") return this.#formula(work.source, work.display);
    return work.kind === "code" ? this.#colours(work.source, work.language) : null;
  }

  /** @param {string} source @param {boolean} display */
  #formula(source, display) {
    if (this.#formulas >= MOST_FORMULAS) return null;
    const tree = formulaTree(this.#libraries.katex, source, display);
    if (tree) this.#formulas += 1;
    return tree && [tree];
  }

  /** @param {string} code @param {string} name */
  #colours(code, name) {
    const { highlighter } = this.#libraries;
    const language = MORE_GRAMMARS.get(name) ?? name;
    if (code.length > LONGEST_CODE || !highlighter.getLanguage(language)) return null;
    const { value } = highlighter.highlight(code, { language, ignoreIllegals: true });
    return [...colouredPieces(value)];
  }
}

/** @param {import("#js/markdown/tree.js").Tag} tree @returns {Tree[]} its source, as it is */
function withoutLibrary({ work, children }) {
  return work?.kind === "math" ? [tag("code", {}, children)] : children;
}
