/** The limit beside the composer: hidden at first, from 80 % a notice, once read a line. */

import { describe, tightest, usedPart, windowOf } from "#js/composer/quota.js";
import { element, part, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

const SHOWN_FROM = 0.8;
const DISMISSED = "quota-notices-read";
const MOST_STORED = 20;

export class QuotaMeter {
  #line = element("quota");
  #notice = element("quota-notice");
  /** @type {import("#js/state/records.js").Standing | null} */
  #shown = null;

  constructor() {
    this.#notice.querySelector("button").addEventListener("click", () => this.#dismiss());
  }

  /**
   * @param {import("#js/state/records.js").Standing[]} quota
   * @param {string | null} model that answers next
   * @param {string[]} refusals that are shown beside the composer
   */
  draw(quota, model, refusals) {
    const standing = tightest(quota, model);
    this.#shown = standing && usedPart(standing) >= SHOWN_FROM ? standing : null;
    const isNews = this.#shown !== null && !dismissed().includes(windowOf(this.#shown));
    // What is left is said once: a refusal says it with the reason why it matters.
    const isSaid = standing !== null && refusals.some((each) => each.includes(describe(standing)));
    this.#notice.hidden = !isNews || isSaid;
    this.#line.hidden = this.#shown === null || isNews || isSaid;
    if (this.#shown) this.#drawStanding(this.#shown);
  }

  /** @param {import("#js/state/records.js").Standing} standing */
  #drawStanding(standing) {
    const used = usedPart(standing);
    const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
    const left = describe(standing);
    // Rounded down, so that "100%" appears only when nothing is left.
    const values = { percent: percent.format(Math.floor(used * 100) / 100), left };
    setText(this.#notice.querySelector("p"), word("quota-notice", values));
    setText(part(this.#line, "left"), left);
    part(this.#line, "used").setAttribute("width", String(used * 100));
    this.#line.classList.toggle("is-used-up", used === 1);
  }

  #dismiss() {
    if (!this.#shown) return;
    const stored = [windowOf(this.#shown), ...dismissed()].slice(0, MOST_STORED);
    localStorage.setItem(DISMISSED, JSON.stringify(stored));
    this.#notice.hidden = true;
    this.#line.hidden = false;
    element("message").focus();
  }
}

/** @returns {string[]} the windows whose notice was dismissed in this browser */
function dismissed() {
  try {
    const stored = JSON.parse(localStorage.getItem(DISMISSED) ?? "[]");
    return Array.isArray(stored) ? stored : [];
  } catch {
    return []; // Not written by this module.
  }
}
