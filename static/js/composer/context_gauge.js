/** A quiet meter beside the composer: how full the model's context is, and what falls out of it. */

import { fullness, leftOut } from "#js/composer/context.js";
import { element, hide, part, write } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

const SHOWN_FROM = 0.25;

export class ContextGauge {
  #line = element("context-gauge");
  #warning = element("context-warning");

  /** @param {import("#js/composer/context.js").Talk | null} talk null where there is no model */
  draw(talk) {
    const full = talk && fullness(talk);
    hide(this.#line, full === null || full < SHOWN_FROM);
    if (full !== null) this.#write(full);
    const out = talk?.draft.trim() ? leftOut(talk) : 0;
    hide(this.#warning, out === 0);
    const text = this.#warning.querySelector("p");
    const sentence =
      out === 0 ? "" : word(out === 1 ? "left-out-one" : "left-out", { count: count(out) });
    write(text, sentence);
  }

  /** @param {number} full */
  #write(full) {
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    part(this.#line, "used").setAttribute("width", String(full * 100));
    const values = { percent: percent.format(Math.floor(full * 100) / 100) };
    write(part(this.#line, "text"), word("context-full", values));
  }
}
