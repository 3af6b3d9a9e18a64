/** What a rendered text has, in the terms of the cases of tests/markdown. */

import { blockTree } from "#js/markdown/blocks.js";
import { Lexed } from "#js/markdown/lexer.js";
import { treesOf } from "#js/markdown/rendering.js";
import { LIBRARIES } from "#js/markdown/server.js";
import "./names.js";

const LABELS = new Proxy({}, { get: (_, name) => `(${String(name)})` });

/** @param {string} source */
export function trees(source) {
  return treesOf(source, LABELS, LIBRARIES).map(({ tree }) => tree);
}

/** @param {string} source that may go on; formulas are not typeset */
export function openTrees(source) {
  const lexed = new Lexed(source, {}, { isOpen: true });
  const context = { lexed, labels: LABELS, final: false, hasScript: true };
  return lexed.tokens.map((token) => blockTree(token, context)).filter(Boolean);
}

/** @returns {any[]} all elements; those inside of a formula are its own matter */
function elements(trees) {
  return trees
    .filter((tree) => typeof tree === "object")
    .flatMap((tree) => [tree, ...(isMath(tree) ? [] : elements(tree.children))]);
}

// A formula that is not closed yet is shown as source, and nothing is left to be done for it.
const isMath = ({ attributes, work }) => /^math\b/.test(attributes.class ?? "") && Boolean(work);

function textOf(trees) {
  return trees
    .map((tree) => {
      if (typeof tree === "string") return tree;
      return tree.name === "br" ? "\n" : textOf(tree.children);
    })
    .join("");
}

/**
 * @param {Record<string, any>} wanted
 * @param {any[]} trees
 * @returns {Record<string, any>} what should equal it
 */
export function found(wanted, trees) {
  const all = elements(trees);
  const text = textOf(trees);
  const readers = {
    math: () => all.filter(isMath).length,
    links: () => all.filter(({ name }) => name === "a").map(({ attributes }) => attributes.href),
    has: () => wanted.has.filter((each) => text.includes(each)),
    lacks: () => wanted.lacks.filter((each) => !text.includes(each)),
    text: () => text,
    rtl: () => all.filter(({ attributes }) => attributes.dir === "rtl").map(({ name }) => name),
    ltr: () => all.filter(({ attributes }) => attributes.dir === "ltr").map(({ name }) => name),
  };
  const count = (key) => all.filter(({ name }) => name === key).length;
  return Object.fromEntries(
    Object.keys(wanted).map((key) => [key, readers[key] ? readers[key]() : count(key)]),
  );
}
