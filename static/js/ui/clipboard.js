/**
 * The clipboard, also on plain http, where browsers have only `execCommand`.
 *
 * @typedef {Record<string, string>} Flavours the same content by its types
 */

/**
 * @param {string} text
 * @returns {Promise<boolean>} whether it was copied
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand({ "text/plain": text });
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
  if (html === "") return copy(text);
  const flavours = { "text/plain": text, "text/html": html };
  const blobs = Object.entries(flavours).map(([type, data]) => [type, new Blob([data], { type })]);
  try {
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(blobs))]);
    return true;
  } catch {
    return copyByCommand(flavours);
  }
}

/** @param {Flavours} flavours @returns {boolean} */
function copyByCommand(flavours) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const box = selectedBox(flavours["text/plain"]);
  /** @param {ClipboardEvent} event */
  const fill = (event) => {
    event.preventDefault();
    for (const [type, data] of Object.entries(flavours)) event.clipboardData?.setData(type, data);
  };
  box.addEventListener("copy", fill);
  const isCopied = document.execCommand("copy");
  box.remove();
  focused?.focus();
  return isCopied;
}

/**
 * @param {string} text
 * @returns {HTMLTextAreaElement} a box in which the text is selected: some browsers copy only then
 */
function selectedBox(text) {
  const box = document.createElement("textarea");
  box.className = "visually-hidden-always";
  box.value = text;
  // Outside of an open modal dialog nothing can be selected.
  (document.querySelector("dialog:modal") ?? document.body).append(box);
  box.select();
  return box;
}
