/** The sidebar: beside the conversation on a wide screen, a drawer over it on a narrow one. */

import { element } from "#js/ui/markup.js";

const NARROW = matchMedia("(max-width: 47.99rem)");
const STORAGE_KEY = "sidebar";

export class Drawer {
  #page = element("page");

  constructor() {
    element("open-sidebar").addEventListener("click", () => this.toggle());
    element("close-sidebar").addEventListener("click", () => this.toggle());
    element("scrim").addEventListener("click", () => this.closeOverPage());
    NARROW.addEventListener("change", () => this.#reset());
    this.#reset();
  }

  /** @returns {boolean} whether it covers the page */
  get isOverPage() {
    return NARROW.matches && this.#isOpen;
  }

  toggle() {
    // Set on first use, so that nothing slides while the page loads.
    this.#page.dataset.moving = "";
    this.#set(!this.#isOpen);
    if (!NARROW.matches) localStorage.setItem(STORAGE_KEY, this.#page.dataset.sidebar);
    element(this.#isOpen ? "close-sidebar" : "open-sidebar").focus();
  }

  /** Closes the drawer if it covers the page. */
  closeOverPage() {
    if (this.isOverPage) this.toggle();
  }

  get #isOpen() {
    return this.#page.dataset.sidebar === "open";
  }

  #reset() {
    delete this.#page.dataset.moving;
    this.#set(!NARROW.matches && localStorage.getItem(STORAGE_KEY) !== "closed");
  }

  /** @param {boolean} open */
  #set(open) {
    this.#page.dataset.sidebar = open ? "open" : "closed";
    element("conversation").inert = NARROW.matches && open;
  }
}
