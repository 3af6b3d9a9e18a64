/** Access to the page's `<template>` elements and their parts. */

/**
 * A fresh copy of the element in `<template id="NAME-template">`.
 *
 * @param {string} name
 * @returns {HTMLElement}
 */
export function clone(name) {
  const template = /** @type {HTMLTemplateElement} */ (element(`${name}-template`));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** @type {WeakMap<Element, Map<string, Element | null>>} */
const parts = new WeakMap();

/**
 * The descendant that is marked `data-part="NAME"`. It is cached, since a long streaming answer
 * would be searched many times a second.
 *
 * @param {Element} root
 * @param {string} name
 * @returns {any}
 */
export function part(root, name) {
  const known = parts.get(root) ?? new Map();
  parts.set(root, known);
  if (!known.has(name)) known.set(name, root.querySelector(`[data-part="${name}"]`));
  return known.get(name);
}

/**
 * Sets the text unless it is the same: that would cost another layout, and in a live region a
 * screen reader would read it again.
 *
 * @param {Element} node
 * @param {string} text
 */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * Sets `hidden` unless it is the same: the browser would compute the styles again.
 *
 * @param {HTMLElement} node
 * @param {boolean} isHidden
 */
export function setHidden(node, isHidden) {
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

/**
 * Adds a listener for an event of the DOM. The type checker knows nothing of the event's target.
 *
 * @param {EventTarget} target
 * @param {string} type
 * @param {(event: any) => void} listener
 */
export function on(target, type, listener) {
  target.addEventListener(type, listener);
}

/**
 * The element of the page with that id.
 *
 * @param {string} id
 * @returns {any}
 */
export function element(id) {
  return document.getElementById(id);
}
