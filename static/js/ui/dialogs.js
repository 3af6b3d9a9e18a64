/**
 * The dialogs that ask the user something. Each resolves to the answer, or to null if cancelled.
 */

import { checkLength } from "#js/ui/length_limit.js";
import { element } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/**
 * @param {string} title
 * @returns {Promise<string | null>} the new title
 */
export function askTitle(title) {
  return askText("rename-dialog", element("rename-title"), title);
}

/** @returns {Promise<string | null>} the name for a preset */
export function askPresetName() {
  return askText("preset-dialog", element("preset-name"), "");
}

/**
 * @param {number} links the number of open links to the conversation that will be deleted
 * @returns {Promise<{keepsLinks: boolean} | null>}
 */
export async function askAboutLinks(links) {
  const sentence =
    links === 1 ? word("delete-link") : word("delete-links", { count: count(links) });
  element("delete-links").textContent = sentence;
  element("delete-revokes").checked = true;
  return (await ask("delete-dialog")) ? { keepsLinks: !element("delete-revokes").checked } : null;
}

/**
 * @param {string} id of the dialog
 * @param {any} field in it
 * @param {string} text the initial value
 * @returns {Promise<string | null>}
 */
async function askText(id, field, text) {
  field.value = text;
  checkLength(field);
  const opened = ask(id);
  field.select();
  return (await opened) && field.value.trim() ? field.value.trim() : null;
}

/** Opens or closes the list of keys. */
export function toggleKeys() {
  const dialog = element("keys-dialog");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

/** Lets the cancel button and the backdrop of every dialog close it. */
export function wireDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.querySelector("[data-cancel]")?.addEventListener("click", () => dialog.close(""));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close(""));
  }
}

/** @param {string} id @returns {Promise<boolean>} */
function ask(id) {
  const dialog = element(id);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
