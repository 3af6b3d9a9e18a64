/** Reads the markup that KaTeX and highlight.js write, which is well formed, without a browser. */

import { appendText, tag } from "#js/markdown/tree.js";

/**
 * @typedef {import("#js/markdown/tree.js").Tag} Tag
 */

const MARKUP = /<\/[\w-]+>|<([\w-]+)((?:\s+[\w:-]+=(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|([^<]+)/g;
const ATTRIBUTE = /([\w:-]+)=(?:"([^"]*)"|'([^']*)')/g;
const ESCAPED = new Map([
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#x27;", "'"],
]);

/**
 * @param {string} markup
 * @returns {Tag} an element around everything in the markup
 */
export function treeOf(markup) {
  const open = [tag("span")];
  for (const [, name, attributes, isEmpty, text] of markup.matchAll(MARKUP)) {
    const { children } = open[open.length - 1];
    if (text) appendText(children, unescaped(text));
    else if (name) {
      const inner = tag(name, attributesOf(attributes));
      children.push(inner);
      if (!isEmpty) open.push(inner);
    } else open.pop();
  }
  return open[0];
}

/** @param {string} written @returns {Record<string, string>} */
function attributesOf(written) {
  const found = written.matchAll(ATTRIBUTE);
  return Object.fromEntries(
    Array.from(found, ([, name, double, single]) => [name, unescaped(double ?? single)]),
  );
}

/** @param {string} text @returns {string} */
export function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (reference) => ESCAPED.get(reference) ?? "");
}
