/** Buttons that copy the text of a field or an element. They are hidden where no script runs. */

import { copy } from "#js/ui/clipboard.js";

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (button instanceof HTMLButtonElement) prepare(button);
}

/** @param {HTMLButtonElement} button */
function prepare(button) {
  const source = document.getElementById(button.dataset.copies ?? "");
  if (!source) return;
  const isField = source instanceof HTMLInputElement || source instanceof HTMLTextAreaElement;
  if (isField) source.addEventListener("focus", () => source.select());
  button.hidden = false;
  button.addEventListener("click", async () => {
    const text = isField ? source.value : (source.textContent ?? "");
    if (await copy(text)) button.textContent = button.dataset.copied ?? "";
    else source.focus();
  });
}
