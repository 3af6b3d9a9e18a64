/** Writes trees as DOM nodes, for the page in a browser. */

/**
 * @typedef {import("#js/markdown/tree.js").Tree} Tree
 * @typedef {import("#js/markdown/tree.js").Tag} Tag
 * @typedef {import("#js/markdown/tree.js").Work} Work
 * @typedef {Work & {node: HTMLElement}} Finish work that is left for a node
 */

const XHTML = "http://www.w3.org/1999/xhtml";
/** @type {Record<string, string>} the elements whose content has names of its own */
const NAMESPACES = {
  math: "http://www.w3.org/1998/Math/MathML",
  svg: "http://www.w3.org/2000/svg",
};

/**
 * @param {Tag} tree
 * @param {Finish[]} [finishing] gets the work that is left for the new nodes
 * @returns {HTMLElement}
 */
export function nodeOf(tree, finishing = []) {
  return /** @type {HTMLElement} */ (written(tree, XHTML, finishing));
}

/** @param {Tag} tree @param {string} outer the namespace around it @param {Finish[]} finishing */
function written(tree, outer, finishing) {
  const namespace = NAMESPACES[tree.name] ?? outer;
  const node = /** @type {HTMLElement} */ (document.createElementNS(namespace, tree.name));
  for (const [name, value] of Object.entries(tree.attributes)) setAttribute(node, name, value);
  for (const child of tree.children) {
    node.append(typeof child === "string" ? child : written(child, namespace, finishing));
  }
  if (tree.work) finishing.push({ ...tree.work, node });
  return node;
}

/** @param {HTMLElement} node @param {string} name @param {string} value */
function setAttribute(node, name, value) {
  // A strict content security policy blocks the attribute, and allows this.
  if (name === "style") node.style.cssText = value;
  else if (name !== "xmlns") node.setAttribute(name, value);
}
