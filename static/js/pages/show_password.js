/** The switches beside password fields, which show what is typed. */

for (const button of document.querySelectorAll("button[data-reveal]")) {
  const field = button.parentElement?.querySelector("input");
  if (button instanceof HTMLButtonElement && field) {
    button.hidden = false;
    const words = [button.textContent ?? "", button.dataset.shown ?? ""];
    button.addEventListener("click", () => {
      const shows = field.type === "password";
      reveal(field, button, shows, words);
      field.focus();
    });
    // A browser would keep what was typed into an open field among its suggestions.
    field.form?.addEventListener("submit", () => reveal(field, button, false, words));
  }
}

/**
 * @param {HTMLInputElement} field
 * @param {HTMLButtonElement} button
 * @param {boolean} shows
 * @param {string[]} words
 */
function reveal(field, button, shows, words) {
  field.type = shows ? "text" : "password";
  button.setAttribute("aria-pressed", String(shows));
  button.textContent = words[shows ? 1 : 0] ?? "";
}
