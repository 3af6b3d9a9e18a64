/** The reader's last input that can move the log: what moves it soon after is the reader's doing. */

import { isTextBox } from "#js/messages/inner_scroll.js";

const TYPES = ["wheel", "touchmove", "pointerdown", "pointermove"];
const RECENT_MS = 1000;

export class ReaderInput {
  #at = Number.NEGATIVE_INFINITY;

  /** @param {HTMLElement} scroller */
  constructor(scroller) {
    for (const type of TYPES)
      scroller.addEventListener(type, (event) => this.#note(event), { passive: true });
    // The keys of the page scroll the log wherever the focus is, but in a text box they do not.
    document.addEventListener("keydown", (event) => !isTextBox(event.target) && this.#note(event));
  }

  get isRecent() {
    return performance.now() - this.#at < RECENT_MS;
  }

  /** @param {Event} event */
  #note(event) {
    // A pointer that only passes over the log moves nothing.
    if (event instanceof PointerEvent && event.type === "pointermove" && !event.buttons) return;
    this.#at = performance.now();
  }
}
