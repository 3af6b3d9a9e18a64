/** Creates DOM nodes. */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string>} [attributes]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, text = "") {
  const node = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  if (text) node.textContent = text;
  return node;
}

/**
 * Appends text in as few nodes as possible, so that the same content always gives the same tree.
 *
 * @param {Node} parent
 * @param {string} text
 */
export function appendCharacterData(parent, text) {
  if (parent.lastChild instanceof Text) parent.lastChild.appendData(text);
  else if (text) parent.appendChild(new Text(text));
}
