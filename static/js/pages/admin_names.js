/**
 * Accessible names of the fields of the administration whose widgets give none: a choice with a
 * search in it takes the name of the field that it stands for, and a search the words of its button.
 */

const FIELDS = "[type=search], [role=textbox]";

nameSearch();
// The widgets come after the page, with a new row, and when a list is opened.
if (document.querySelector("select.admin-autocomplete")) {
  new MutationObserver(nameChoices).observe(document.body, { childList: true, subtree: true });
}

// The button that empties a choice of several is no item of the list that it stands in. Each item
// has a button of its own.
for (const select of document.querySelectorAll("select.admin-autocomplete[multiple]")) {
  select.setAttribute("data-allow-clear", "false");
}

function nameSearch() {
  const field = document.getElementById("searchbar");
  const image = document.querySelector("label[for=searchbar] img");
  if (field && image) field.setAttribute("aria-label", image.getAttribute("alt") ?? "");
}

function nameChoices() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    nameChoice(/** @type {HTMLSelectElement} */ (select));
  }
}

/** @param {HTMLSelectElement} select */
function nameChoice({ id, labels, nextElementSibling: box }) {
  const [label] = labels;
  if (!label || !box) return;
  label.id ||= `${id}-label`;
  const value = box.querySelector(".select2-selection__rendered")?.id ?? "";
  box.querySelector("[role=combobox]")?.setAttribute("aria-labelledby", `${label.id} ${value}`);
  // The search of an open list is at the end of the page.
  const list = box.matches(".select2-container--open")
    ? document.querySelectorAll(".select2-dropdown [type=search]")
    : [];
  for (const each of [...box.querySelectorAll(FIELDS), ...list]) {
    each.setAttribute("aria-labelledby", label.id);
  }
}
