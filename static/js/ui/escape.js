/**
 * Escape closes the innermost thing that is open, and nothing else: a dialog or a menu, which the
 * browser does by itself, or else the innermost thing around the focus. Only where nothing is open
 * may it stop an answer.
 */

/** @type {WeakMap<Element, () => boolean>} */
const closers = new WeakMap();

/**
 * @param {Element} around everything from which Escape closes the thing
 * @param {() => boolean} close returns whether the thing was open
 */
export function closeOnEscape(around, close) {
  closers.set(around, close);
}

/** @param {EventTarget | null} target of the key @returns {boolean} whether something was open */
export function closeInnermost(target) {
  if (document.querySelector("dialog[open], [popover]:popover-open")) return true;
  let around = target instanceof Element ? target : null;
  while (around && !closers.get(around)?.()) around = around.parentElement;
  return around !== null;
}
