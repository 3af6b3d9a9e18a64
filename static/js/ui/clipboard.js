/** The clipboard, also on plain http, where browsers have only `execCommand`. */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it was copied
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
 * Copies a message as HTML for programs that can paste it, and as Markdown for all others.
 *
 * @param {string} text
 * @param {string} html
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copyRendered(text, html) {
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
  // Outside of an open modal dialog nothing can be selected.
  (document.querySelector("dialog:modal") ?? document.body).append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  focused?.focus();
  return copied;
}
