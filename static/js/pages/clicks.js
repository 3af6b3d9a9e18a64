/** The buttons and links that several parts of the conversation page have. */

import { toggleKeys } from "#js/ui/dialogs.js";

/** @param {{newConversation: () => void, dismissed: () => void}} commands */
export function listenToClicks({ newConversation, dismissed }) {
  document.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.closest("[data-keys]")) toggleKeys();
    if (target.closest("[data-dismiss]")) {
      target.closest(".composer-line")?.remove();
      dismissed();
    }
    if (!target.closest("[data-new]") || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    newConversation();
  });
}
