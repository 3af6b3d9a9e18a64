/**
 * The plain tree that a message becomes: elements and texts, without a browser. Two writers turn it
 * into what is shown: `dom_writer.js` into nodes, `html_writer.js` into HTML text.
 *
 * @typedef {object} Tag an element
 * @property {string} name
 * @property {Record<string, string>} attributes
 * @property {Tree[]} children
 * @property {Work} [work] what is left to be done for it by a library
 *
 * @typedef {string | Tag} Tree
 *
 * @typedef {{kind: "math", source: string, display: boolean}
 *   | {kind: "code", source: string, language: string}
 *   | {kind: "diagram", source: string, language: string}} Work
 */

/**
 * @param {string} name
 * @param {Record<string, string>} [attributes]
 * @param {Tree[]} [children]
 * @param {Work} [work]
 * @returns {Tag}
 */
export function tag(name, attributes = {}, children = [], work = undefined) {
  return work ? { name, attributes, children, work } : { name, attributes, children };
}

/**
 * Appends text in as few pieces as possible, so that the same content always gives the same tree.
 *
 * @param {Tree[]} children
 * @param {string} text
 */
export function appendText(children, text) {
  const last = children.length - 1;
  if (typeof children[last] === "string") children[last] += text;
  else if (text) children.push(text);
}
