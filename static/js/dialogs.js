/** The page's dialogs: each question resolves to its answer, or to null when it is put aside. */

import { element } from "#js/markup.js";
import { word } from "#js/words.js";

/**
 * @param {string} title
 * @returns {Promise<string | null>} the new title
 */
export async function askTitle(title) {
  const field = element("rename-title");
  field.value = title;
  const opened = ask("rename-dialog");
  field.select();
  return (await opened) && field.value.trim() ? field.value.trim() : null;
}

/**
 * @param {string} title
 * @returns {Promise<boolean>} whether the conversation is to be deleted
 */
export function confirmDelete(title) {
  element("delete-text").textContent = word("delete-named", { title });
  return ask("delete-dialog");
}

/** Shows the keys, or puts them away. */
export function toggleKeys() {
  const dialog = element("keys-dialog");
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

/** Makes the buttons and the backdrop of every dialog close it. */
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
