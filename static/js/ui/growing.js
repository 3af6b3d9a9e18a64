/**
 * Text boxes that grow with their text: those marked `data-grows`. Browsers with `field-sizing` do
 * that by the style sheet (base.css), which limits the height in all of them. In the others a box
 * is measured when it is typed in, when it appears and when it gets another width.
 */

/** @type {ResizeObserver | null} */
let widths = null;
/** @type {WeakMap<Element, number>} the width at which each box was measured */
const measured = new WeakMap();

/** Lets all boxes of the page grow, those of later dialogs and messages too. */
export function growBoxes() {
  if (CSS.supports("field-sizing", "content")) return;
  widths = new ResizeObserver((entries) => {
    // In a later frame: a box that changes its size within this call would be measured for ever.
    requestAnimationFrame(() => {
      for (const { target } of entries) if (hasNewWidth(target)) grow(target);
    });
  });
  for (const box of boxesIn(document.body)) widths.observe(box);
  new MutationObserver(observeNew).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("input", ({ target }) => grow(/** @type {Element} */ (target)));
}

/**
 * Fits a box to a text that a script has put into it.
 *
 * @param {Element} box
 */
export function grow(box) {
  if (!widths || !(box instanceof HTMLTextAreaElement) || !box.matches("[data-grows]")) return;
  const { scrollTop } = box;
  box.style.blockSize = "auto";
  // The borders are part of the height; scrollHeight is without them.
  box.style.blockSize = `${box.scrollHeight + box.offsetHeight - box.clientHeight}px`;
  box.scrollTop = scrollTop;
}

/** @param {Element} box @returns {boolean} */
function hasNewWidth(box) {
  const width = box.clientWidth;
  const isNew = width > 0 && width !== measured.get(box);
  measured.set(box, width);
  return isNew;
}

/** @param {MutationRecord[]} records */
function observeNew(records) {
  for (const node of records.flatMap((record) => [...record.addedNodes])) {
    if (node instanceof HTMLElement) for (const box of boxesIn(node)) widths?.observe(box);
  }
}

/** @param {HTMLElement} node @returns {Element[]} */
function boxesIn(node) {
  return [
    ...(node.matches("[data-grows]") ? [node] : []),
    ...node.querySelectorAll("[data-grows]"),
  ];
}
