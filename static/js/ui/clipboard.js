/** The clipboard, also on plain http, where browsers offer only the older way. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether the text is on the clipboard
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/**
 * Copies Markdown that pastes as it is drawn where that is understood, and as Markdown elsewhere.
 *
 * @param {string} text
 * @param {string} html
 * @returns {Promise<boolean>} whether it is on the clipboard
 */
export async function copyDrawn(text, html) {
  try {
    const kinds = { "text/plain": text, "text/html": html };
    const blobs = Object.entries(kinds).map(([type, data]) => [type, new Blob([data], { type })]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    return true;
  } catch {
    return copy(text);
  }
}

/** @param {string} text @returns {boolean} */
function copyBySelection(text) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const box = document.createElement("textarea");
  box.className = "visually-hidden-always";
  box.value = text;
  // All that is outside of an open dialog can hold no selection.
  (document.querySelector("dialog:modal") ?? document.body).append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  focused?.focus();
  return copied;
}
