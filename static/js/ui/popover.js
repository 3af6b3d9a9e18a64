/** Menus in the browser's top layer, placed beside the button that opens them. */

const GAP_PX = 6;
const EDGE_PX = 8;

/**
 * Keeps `button` told whether `menu` is open, and the menu beside the button.
 *
 * @param {HTMLElement} menu
 * @param {() => HTMLElement | null} button the one that opened it
 */
export function placed(menu, button) {
  menu.addEventListener("toggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    button()?.setAttribute("aria-expanded", String(open));
  });
  menu.addEventListener("beforetoggle", (event) => {
    const open = /** @type {ToggleEvent} */ (event).newState === "open";
    // The size of a menu is known once it is shown, which happens before the next frame.
    if (open) requestAnimationFrame(() => place(menu, button()));
  });
}

/** @param {HTMLElement} menu @param {HTMLElement | null} button */
function place(menu, button) {
  if (!button) return;
  const from = button.getBoundingClientRect();
  const { width, height } = menu.getBoundingClientRect();
  const below = from.bottom + GAP_PX + height <= innerHeight - EDGE_PX;
  const top = below ? from.bottom + GAP_PX : Math.max(EDGE_PX, from.top - GAP_PX - height);
  const left = Math.max(EDGE_PX, Math.min(from.left, innerWidth - width - EDGE_PX));
  menu.style.top = `${top}px`;
  menu.style.left = `${left}px`;
}
