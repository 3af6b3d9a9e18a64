/** Menus in the browser's top layer, beside the button that opens them. */

const GAP_PX = 6;
const EDGE_PX = 8;
const PHONE = matchMedia("(max-width: 47.99rem)");

/**
 * Places `menu` beside `button`, and shows on the button whether the menu is open.
 *
 * @param {HTMLElement} menu
 * @param {() => HTMLElement | null} button the button that opened it
 */
export function anchor(menu, button) {
  menu.addEventListener("toggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    button()?.setAttribute("aria-expanded", String(open));
  });
  menu.addEventListener("beforetoggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    // The menu has a size once it is shown, which is before the next frame.
    if (open) requestAnimationFrame(() => moveBeside(menu, button()));
  });
}

/** @param {HTMLElement} menu @param {HTMLElement | null} button */
function moveBeside(menu, button) {
  if (!button) return;
  // The style sheet lays it at the lower edge of a phone, within reach of the thumb.
  if (menu.dataset.sheet !== undefined && PHONE.matches) return place(menu, {});
  place(menu, {});
  const from = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = innerHeight - EDGE_PX - from.bottom - GAP_PX;
  const above = from.top - GAP_PX - EDGE_PX;
  const isBelow = height <= below || below >= above;
  place(menu, {
    [isBelow ? "top" : "bottom"]: isBelow ? from.bottom + GAP_PX : innerHeight - from.top + GAP_PX,
    left: Math.max(EDGE_PX, Math.min(from.left, innerWidth - width - EDGE_PX)),
    // A menu that fits on neither side scrolls, rather than cover its button.
    maxHeight: height > Math.max(below, above) ? Math.max(below, above) : undefined,
  });
}

/**
 * @param {HTMLElement} menu
 * @param {{top?: number, bottom?: number, left?: number, maxHeight?: number}} pixels what has none
 *   is left to the style sheet
 */
function place(menu, { top, bottom, left, maxHeight }) {
  for (const [name, value] of Object.entries({ top, bottom, left, "max-height": maxHeight })) {
    menu.style.setProperty(name, value === undefined ? "" : `${value}px`);
  }
}
