/** Writes trees as HTML text, for pages that run no script. */

/** @typedef {import("#js/markdown/tree.js").Tree} Tree */

const EMPTY = new Set(["br", "hr", "input"]);
/** @type {Record<string, string>} */
const ESCAPES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * @param {Tree[]} trees
 * @param {Record<string, string>} styles gets the declarations of each class that was made: the
 *   policy of those pages allows no style attributes, which only mathematics has
 * @returns {string}
 */
export function htmlOf(trees, styles) {
  return trees.map((tree) => written(tree, styles)).join("");
}

/** @param {Tree} tree @param {Record<string, string>} styles @returns {string} */
function written(tree, styles) {
  if (typeof tree === "string") return escaped(tree);
  const attributes = Object.entries(withoutStyle(tree.attributes, styles))
    .map(([name, value]) => ` ${name}="${escaped(value)}"`)
    .join("");
  const opening = `<${tree.name}${attributes}>`;
  return EMPTY.has(tree.name)
    ? opening
    : `${opening}${htmlOf(tree.children, styles)}</${tree.name}>`;
}

/**
 * @param {Record<string, string>} attributes
 * @param {Record<string, string>} styles
 * @returns {Record<string, string>} the attributes with a class in the place of the style
 */
function withoutStyle({ style, ...attributes }, styles) {
  if (!style) return attributes;
  const name = `style-${hash(style)}`;
  styles[name] = style;
  return { ...attributes, class: `${attributes.class ?? ""} ${name}`.trim() };
}

/** @param {string} text */
function escaped(text) {
  return text.toWellFormed().replace(/[&<>"]/g, (character) => ESCAPES[character]);
}

/**
 * A hash of 52 bits, so that one declaration has one class in all the texts of a page.
 *
 * @param {string} text
 * @returns {string}
 */
function hash(text) {
  let [low, high] = [0x811c9dc5, 0x01000193];
  for (let place = 0; place < text.length; place += 1) {
    low = Math.imul(low ^ text.charCodeAt(place), 0x85ebca6b);
    high = Math.imul(high ^ text.charCodeAt(place) ^ (low >>> 13), 0xc2b2ae35);
  }
  return ((high >>> 12) * 2 ** 32 + (low >>> 0)).toString(36);
}
