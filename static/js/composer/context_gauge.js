/** A meter beside the composer: how full the model's context is, and how many messages it drops. */

import { fullness, leftOut } from "#js/composer/context.js";
import { element, part, setHidden, setText } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

const SHOWN_FROM = 0.25;

export class ContextGauge {
  #line = element("context-gauge");
  #warning = element("context-warning");

  /** @param {import("#js/composer/context.js").Prompt | null} prompt null if there is no model */
  draw(prompt) {
    const full = prompt && fullness(prompt);
    setHidden(this.#line, full === null || full < SHOWN_FROM);
    if (full !== null) this.#drawPart(full);
    const out = prompt?.draft.trim() ? leftOut(prompt) : 0;
    setHidden(this.#warning, out === 0);
    const text = this.#warning.querySelector("p");
    const sentence =
      out === 0 ? "" : word(out === 1 ? "left-out-one" : "left-out", { count: count(out) });
    setText(text, sentence);
  }

  /** @param {number} full */
  #drawPart(full) {
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    part(this.#line, "used").setAttribute("width", String(full * 100));
    const values = { percent: percent.format(Math.floor(full * 100) / 100) };
    setText(part(this.#line, "text"), word("context-full", values));
  }
}
