/** The panel above an answer: what the model thought, and for how long. */

import { markdownView } from "#js/messages/markdown_view.js";
import { hide, part, write } from "#js/ui/markup.js";
import { duration, word } from "#js/ui/words.js";

export class Reasoning {
  #panel;
  #view;
  #drawn = { text: "", running: true };
  #readerChose = false;

  /** @param {HTMLDetailsElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#view = markdownView(part(panel, "reasoning-content"));
    part(panel, "reasoning-summary").addEventListener("click", () => (this.#readerChose = true));
  }

  /**
   * @param {import("#js/state/records.js").Message} message
   * @param {boolean} running
   */
  update(message, running) {
    const text = message.reasoning_content ?? "";
    hide(this.#panel, text === "");
    if (text === "") return;
    write(part(this.#panel, "reasoning-line"), line(message.reasoning_ms));
    // Open while there is nothing else to read, folded when the answer begins; the reader's own
    // choice stands.
    if (!this.#readerChose) this.#panel.open = message.content === "";
    const thinking = running && message.content === "";
    this.#draw(text, thinking);
  }

  /** @param {string} text @param {boolean} running */
  #draw(text, running) {
    if (text === this.#drawn.text && running === this.#drawn.running) return;
    this.#drawn = { text, running };
    if (running) this.#view.update(text);
    else this.#view.finish(text);
  }
}

/** @param {number | null | undefined} milliseconds @returns {string} */
function line(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return word("reasoning");
  return word("reasoning-time", { time: duration(milliseconds) });
}
