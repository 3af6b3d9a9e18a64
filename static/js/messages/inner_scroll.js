/** The boxes inside the log that scroll by themselves: code, tables, diagrams, text boxes. */

const TEXT_BOXES = "input, textarea, select, [contenteditable]";

/**
 * Whether a box between the element and the log still scrolls up, so that the log does not move.
 *
 * @param {EventTarget | null} target
 * @param {Element} log
 * @returns {boolean}
 */
export function scrollsUpInside(target, log) {
  for (let box = elementOf(target); box && box !== log; box = box.parentElement) {
    if (box.scrollTop > 0 && /auto|scroll/.test(getComputedStyle(box).overflowY)) return true;
  }
  return false;
}

/** @param {EventTarget | null} target @returns {boolean} whether its keys move a caret in a text */
export function isTextBox(target) {
  return elementOf(target)?.closest(TEXT_BOXES) != null;
}

/** @param {EventTarget | null} target @returns {Element | null} */
function elementOf(target) {
  return target instanceof Element ? target : null;
}
