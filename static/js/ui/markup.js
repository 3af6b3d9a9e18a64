/** The pieces of markup that the page draws with: its `<template>` elements and their parts. */

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
 * The descendant that is marked `data-part="NAME"`; found once, since a long answer that is being
 * written would be looked through many times a second.
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
 * Text that is there already stays: written again, it would be laid out again and, where a screen
 * reader listens, read out again.
 *
 * @param {Element} place
 * @param {string} text
 */
export function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/**
 * Says it only where it is news: an attribute that is set again is looked up in the styles again.
 *
 * @param {HTMLElement} place
 * @param {boolean} isHidden
 */
export function hide(place, isHidden) {
  if (place.hidden !== isHidden) place.hidden = isHidden;
}

/**
 * Listens to an event that may carry a `detail` or a target of any kind.
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
