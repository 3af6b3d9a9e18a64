/**
 * The frame of the parameters panel: beside the conversation on a wide screen; on a narrower one a
 * dialog over the page, which is inert meanwhile, so that the focus stays inside.
 */

import { closeOnEscape } from "#js/ui/escape.js";
import { element, on } from "#js/ui/markup.js";

const OVER_PAGE = matchMedia("(max-width: 74.99rem)");

export class PanelFrame {
  #panel = element("parameters");
  #button = element("parameters-button");
  #scrim = element("parameters-scrim");

  constructor() {
    on(this.#button, "click", () => this.toggle());
    on(element("close-parameters"), "click", () => this.close());
    on(this.#scrim, "click", () => this.close());
    closeOnEscape(this.#panel, () => this.close());
    on(OVER_PAGE, "change", () => this.#resized());
  }

  /** @returns {boolean} */
  get isOpen() {
    return !this.#panel.hidden;
  }

  toggle() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    if (this.isOpen) return;
    this.#show(true);
    element("close-parameters").focus();
  }

  /** @returns {boolean} whether it was open */
  close() {
    if (!this.isOpen) return false;
    this.#show(false);
    this.#button.focus();
    return true;
  }

  /** Closes the panel if it covers the page. */
  closeOverPage() {
    if (this.isOpen && OVER_PAGE.matches) this.close();
  }

  /** @param {boolean} isOpen */
  #show(isOpen) {
    this.#panel.hidden = !isOpen;
    this.#scrim.hidden = !isOpen;
    this.#button.setAttribute("aria-expanded", String(isOpen));
    this.#blockPage();
  }

  #resized() {
    if (!this.isOpen) return;
    this.#blockPage();
    if (OVER_PAGE.matches && !this.#panel.contains(document.activeElement)) this.#panel.focus();
  }

  #blockPage() {
    const isOver = this.isOpen && OVER_PAGE.matches;
    const beside = document.querySelectorAll("#conversation, #sidebar, .skip-link");
    for (const each of beside) each.toggleAttribute("inert", isOver);
    this.#panel.setAttribute("role", isOver ? "dialog" : "complementary");
    if (isOver) this.#panel.setAttribute("aria-modal", "true");
    else this.#panel.removeAttribute("aria-modal");
  }
}
