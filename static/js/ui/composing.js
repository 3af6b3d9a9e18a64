/**
 * Keys that belong to an input method. While somebody composes a character (Chinese, Japanese,
 * Korean, accents), Enter takes a suggestion and Escape drops one: neither may send, add, choose,
 * close or stop anything. Safari sends the Enter that ends a composition after `compositionend`,
 * so it is known by its key code alone.
 */

const COMPOSING_KEY_CODE = 229;

/**
 * Keeps such keys from every listener of the page, those of later fields too: this is the one
 * place that knows of composing. The browser and the input method still get them.
 *
 * @param {EventTarget} [target] outside all fields
 */
export function keepComposingKeys(target = window) {
  for (const type of ["keydown", "keypress", "keyup"]) {
    target.addEventListener(type, stopIfComposing, { capture: true });
  }
}

/** @param {Event} event */
function stopIfComposing(event) {
  const { isComposing, keyCode } = /** @type {KeyboardEvent} */ (event);
  if (isComposing || keyCode === COMPOSING_KEY_CODE) event.stopImmediatePropagation();
}
