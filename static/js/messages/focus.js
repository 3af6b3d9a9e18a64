/** Keeps the focus in the same place when a message is replaced by another. */

/** @typedef {{index: number, name: string}} FocusedButton the action of a button, and the index of
 *   its message */

const OPPOSITE = /** @type {Record<string, string>} */ ({ next: "previous", previous: "next" });

/** @param {HTMLElement} log @returns {FocusedButton | null} the button in it that has the focus */
export function focusedButton(log) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const name = active?.dataset.action;
  if (!name || !log.contains(active)) return null;
  return { index: messagesIn(log).findIndex((each) => each.contains(active)), name };
}

/**
 * Focuses the button with the same action in the message that is there now, or the opposite button
 * if that one is disabled.
 *
 * @param {HTMLElement} log
 * @param {FocusedButton} focused the button that had the focus before
 * @returns {boolean} whether anything in the log has the focus
 */
export function restoreFocus(log, { index, name }) {
  const messages = messagesIn(log);
  const message = messages[index] ?? messages.at(-1);
  for (const each of [name, OPPOSITE[name]]) {
    for (const button of message?.querySelectorAll(`[data-action="${each}"]`) ?? []) {
      if (log.contains(document.activeElement)) return true;
      // Without scrolling, so that a longer message is read from its beginning.
      /** @type {HTMLElement} */ (button).focus({ preventScroll: true });
    }
  }
  return log.contains(document.activeElement);
}

/** @param {HTMLElement} log @returns {Element[]} */
function messagesIn(log) {
  return [...log.querySelectorAll(":scope > :not(.log-space)")];
}
