/** The place of an answer in the line before its model's server, as text and for screen readers. */

import { announce } from "#js/ui/status.js";
import { count, hasWord, word } from "#js/ui/words.js";

/** Changes of the place are announced this far apart, since each interrupts what is being read. */
const ANNOUNCED_AFTER_MS = 15_000;

/** @param {number} place @returns {string} "Waiting: 3rd in line" */
export function placeText(place) {
  return word("waiting", { place: ordinal(place) });
}

/** @param {number} place @returns {string} "3rd" */
function ordinal(place) {
  const rules = new Intl.PluralRules(document.documentElement.lang, { type: "ordinal" });
  const name = `ordinal-${rules.select(place)}`;
  return word(hasWord(name) ? name : "ordinal-other", { place: count(place) });
}

/** Announces the beginning of a wait, its end, and from time to time the place. */
export class PlaceAnnouncer {
  /** @type {number | null} */
  #announced = null;
  #announcedAt = 0;

  /** @param {import("#js/state/transcript.js").Generation | null} generation the running answer */
  update(generation) {
    const place = generation?.place ?? null;
    if (place === this.#announced) return;
    const isNews = place === null || this.#announced === null;
    if (!isNews && performance.now() - this.#announcedAt < ANNOUNCED_AFTER_MS) return;
    this.#announced = place;
    this.#announcedAt = performance.now();
    if (place !== null) announce("waiting", { place: ordinal(place) });
    else if (generation) announce("answering");
  }
}
