/** The keys of a menu: arrows, Home, End and letters move in it, Escape and Tab close it. */

import { on } from "#js/ui/markup.js";

/** @param {HTMLElement} menu with the role `menu`, a popover */
export function wireMenu(menu) {
  on(menu, "keydown", (event) => pressed(menu, event));
  // The browser focuses the first one that it shows as soon as the menu is open. The event `toggle`
  // may come after further keys, whose focus it would take back.
  for (const item of allItemsOf(menu)) item.autofocus = true;
}

/** @param {HTMLElement} menu @param {KeyboardEvent} event */
function pressed(menu, event) {
  if (event.key === "Tab") return menu.hidePopover();
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const item = next(itemsOf(menu), event.key);
  if (!item) return;
  event.preventDefault();
  item.focus();
}

/** @param {HTMLElement[]} items @param {string} key @returns {HTMLElement | undefined} */
function next(items, key) {
  const at = items.findIndex((item) => item.matches(":focus"));
  if (key === "ArrowDown") return items[(at + 1) % items.length];
  if (key === "ArrowUp") return items.at(Math.max(at, 0) - 1);
  if (key === "Home") return items[0];
  if (key === "End") return items.at(-1);
  if (key.length > 1 || key === " ") return undefined;
  const after = [...items.slice(at + 1), ...items.slice(0, at + 1)];
  const letter = key.toLowerCase();
  return after.find((item) => item.textContent?.trim().toLowerCase().startsWith(letter));
}

/** @param {HTMLElement} menu @returns {HTMLElement[]} those that it shows */
function itemsOf(menu) {
  return allItemsOf(menu).filter((item) => item.checkVisibility());
}

/** @param {HTMLElement} menu @returns {HTMLElement[]} */
function allItemsOf(menu) {
  const items = /** @type {NodeListOf<HTMLElement>} */ (menu.querySelectorAll("[role^=menuitem]"));
  return [...items];
}
