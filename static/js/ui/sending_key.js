/**
 * The keys that send the text of a box of several lines.
 *
 * Enter sends and Shift+Enter breaks the line, as in every chat. A touch keyboard has no Shift+Enter,
 * so there Enter breaks the line and the button sends. Whether a keyboard is attached to a phone
 * cannot be known; Ctrl+Enter, on a Mac Command+Enter, sends everywhere.
 */

const TOUCH_ONLY = "(hover: none) and (pointer: coarse)";

/** @param {KeyboardEvent} event @returns {boolean} whether the key sends the text */
export function isSendingKey({ key, shiftKey, altKey, ctrlKey, metaKey }) {
  if (key !== "Enter" || shiftKey || altKey) return false;
  return ctrlKey || metaKey || !matchMedia(TOUCH_ONLY).matches;
}

/**
 * Lets the touch keyboard name its Enter key for what it does.
 *
 * @param {HTMLElement} box
 */
export function nameEnterKey(box) {
  box.enterKeyHint = matchMedia(TOUCH_ONLY).matches ? "enter" : "send";
}
