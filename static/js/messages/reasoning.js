/** The panel above an answer with the model's reasoning and its duration. */

import { markdownView } from "#js/messages/markdown_view.js";
import { part, setHidden, setText } from "#js/ui/markup.js";
import { duration, word } from "#js/ui/words.js";

export class Reasoning {
  #panel;
  #view;
  #drawn = { text: "", running: true };
  #userChose = false;

  /** @param {HTMLDetailsElement} panel */
  constructor(panel) {
    this.#panel = panel;
    this.#view = markdownView(part(panel, "reasoning-content"));
    part(panel, "reasoning-summary").addEventListener("click", () => (this.#userChose = true));
  }

  /**
   * @param {import("#js/state/records.js").Message} message
   * @param {boolean} running
   */
  update(message, running) {
    const text = message.reasoning_content ?? "";
    setHidden(this.#panel, text === "");
    if (text === "") return;
    setText(part(this.#panel, "reasoning-line"), line(message.reasoning_ms));
    // Open until the answer begins, then closed, unless the user has opened or closed it.
    if (!this.#userChose) this.#panel.open = message.content === "";
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
