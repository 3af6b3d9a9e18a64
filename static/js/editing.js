/** Another wording for a message of the reader's, written where the message stands. */

import { clone, on, part } from "#js/markup.js";

const COMPOSING_KEY_CODE = 229;

/**
 * Opens a text box in the place of a message.
 *
 * @param {HTMLElement} article
 * @param {string} content
 * @param {(text: string) => void} send
 */
export function edit(article, content, send) {
  if (article.querySelector(".edit")) return part(article, "edit-text").focus();
  const form = clone("edit");
  const box = part(form, "edit-text");
  box.value = content;
  on(part(form, "edit-cancel"), "click", () => close(article, form));
  on(box, "input", () => (part(form, "edit-send").disabled = box.value.trim() === ""));
  on(box, "keydown", (event) => pressed(event, article, form));
  on(form, "submit", (event) => {
    event.preventDefault();
    if (box.value.trim() === "") return;
    close(article, form);
    send(box.value);
  });
  article.classList.add("is-edited");
  part(article, "content").after(form);
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
}

/** @param {KeyboardEvent} event @param {HTMLElement} article @param {any} form */
function pressed(event, article, form) {
  if (event.isComposing || event.keyCode === COMPOSING_KEY_CODE) return;
  if (event.key === "Escape" && !event.shiftKey) {
    // It means this box, not the answer that may be running.
    event.stopPropagation();
    close(article, form);
  }
  if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
  event.preventDefault();
  form.requestSubmit();
}

/** @param {HTMLElement} article @param {HTMLElement} form */
function close(article, form) {
  form.remove();
  article.classList.remove("is-edited");
  /** @type {HTMLElement | null} */ (article.querySelector('[data-action="edit"]'))?.focus();
}
