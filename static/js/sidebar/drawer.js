/** The sidebar's place: beside the page on a wide screen, a drawer over it on a narrow one. */

import { element } from "#js/ui/markup.js";

const NARROW = matchMedia("(max-width: 47.99rem)");
const KEPT_AS = "sidebar";

export class Drawer {
  #page = element("page");

  constructor() {
    element("open-sidebar").addEventListener("click", () => this.toggle());
    element("close-sidebar").addEventListener("click", () => this.toggle());
    element("scrim").addEventListener("click", () => this.closeOverPage());
    NARROW.addEventListener("change", () => this.#begin());
    this.#begin();
  }

  /** @returns {boolean} whether it lies over the page */
  get isOverPage() {
    return NARROW.matches && this.#isOpen;
  }

  toggle() {
    // Set with the first use, so that nothing slides while the page is being drawn.
    this.#page.dataset.moving = "";
    this.#set(!this.#isOpen);
    if (!NARROW.matches) localStorage.setItem(KEPT_AS, this.#page.dataset.sidebar);
    element(this.#isOpen ? "close-sidebar" : "open-sidebar").focus();
  }

  /** On a narrow screen gives the page back to the reader. */
  closeOverPage() {
    if (this.isOverPage) this.toggle();
  }

  get #isOpen() {
    return this.#page.dataset.sidebar === "open";
  }

  #begin() {
    delete this.#page.dataset.moving;
    this.#set(!NARROW.matches && localStorage.getItem(KEPT_AS) !== "closed");
  }

  /** @param {boolean} open */
  #set(open) {
    this.#page.dataset.sidebar = open ? "open" : "closed";
    element("conversation").inert = NARROW.matches && open;
  }
}
