/** A checkbox that ticks all boxes of a name. It is hidden where no script runs. */

/** @param {HTMLInputElement} all */
function wire(all) {
  const boxes = /** @type {NodeListOf<HTMLInputElement>} */ (
    document.querySelectorAll(`input[name="${all.dataset.ticks}"]`)
  );
  const label = all.closest("label");
  if (label) label.hidden = boxes.length < 2;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  for (const box of boxes) box.addEventListener("change", () => update(all, [...boxes]));
}

/** @param {HTMLInputElement} all @param {HTMLInputElement[]} boxes */
function update(all, boxes) {
  all.checked = boxes.every((box) => box.checked);
  all.indeterminate = !all.checked && boxes.some((box) => box.checked);
}

for (const all of document.querySelectorAll("input[data-ticks]")) {
  wire(/** @type {HTMLInputElement} */ (all));
}
