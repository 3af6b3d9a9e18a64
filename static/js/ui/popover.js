/** Menus in the browser's top layer, beside the button that opens them. */

const GAP_PX = 6;
const EDGE_PX = 8;

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
  const from = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = from.bottom + GAP_PX + height <= innerHeight - EDGE_PX;
  const top = below ? from.bottom + GAP_PX : Math.max(EDGE_PX, from.top - GAP_PX - height);
  const left = Math.max(EDGE_PX, Math.min(from.left, innerWidth - width - EDGE_PX));
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}
