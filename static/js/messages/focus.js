/** The keyboard stays where it was when the message that had it gives way to another. */

/** @typedef {{place: number, name: string}} FocusedButton the action of a button, and where its message is */

const OPPOSITE = /** @type {Record<string, string>} */ ({ next: "previous", previous: "next" });

/** @param {HTMLElement} log @returns {FocusedButton | null} the button in it that has the focus */
export function focusedButton(log) {
  const active = /** @type {HTMLElement | null} */ (document.activeElement);
  const name = active?.dataset.action;
  if (!name || !log.contains(active)) return null;
  return { place: [...log.children].findIndex((each) => each.contains(active)), name };
}

/**
 * Gives the focus to the button of that name, or its opposite where there is no way on, of the
 * message that stands there now.
 *
 * @param {HTMLElement} log as it is drawn now
 * @param {FocusedButton} held what had the focus before
 * @returns {boolean} whether something in the log has it
 */
export function restoreFocus(log, { place, name }) {
  const message = log.children[place] ?? log.lastElementChild;
  for (const each of [name, OPPOSITE[name]]) {
    for (const button of message?.querySelectorAll(`[data-action="${each}"]`) ?? []) {
      if (log.contains(document.activeElement)) return true;
      // Where the new message is longer, the reader begins with its beginning.
      /** @type {HTMLElement} */ (button).focus({ preventScroll: true });
    }
  }
  return log.contains(document.activeElement);
}
