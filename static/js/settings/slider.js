/** A slider for a number. While none is set, its thumb is hollow and lies at the default. */

import { restingAt, scaleOf } from "#js/settings/slider_scale.js";
import { Emitter } from "#js/ui/emitter.js";
import { on, part } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Allowed} Allowed
 *
 * @extends {Emitter<import("#js/events.js").SliderEvents>}
 */
export class Slider extends Emitter {
  #element;
  #thumb;
  #scale = scaleOf({});

  /** @param {HTMLElement} element with the parts `thumb` and `tick` */
  constructor(element) {
    super();
    this.#element = element;
    this.#thumb = part(element, "thumb");
    on(this.#thumb, "input", () =>
      this.emit("slide", { value: this.#scale.valueAt(Number(this.#thumb.value)) }),
    );
  }

  /** @param {Allowed} allowed @param {number | undefined} value */
  draw(allowed, value) {
    this.#scale = scaleOf(allowed);
    const { min, max, step } = this.#scale;
    const resting = restingAt(allowed, this.#scale);
    Object.assign(this.#thumb, { min, max, step });
    this.#thumb.value = this.#scale.positionOf(value ?? resting);
    this.#element.classList.toggle("is-default", value === undefined);
    this.#place("--filled", Number(this.#thumb.value));
    this.#place("--default", this.#scale.positionOf(resting));
    const known = allowed.default ?? allowed.usual;
    this.#thumb.setAttribute("aria-valuetext", wordsFor(value, known));
  }

  /** @param {string} property @param {number} position written as a share of the track */
  #place(property, position) {
    const { min, max } = this.#scale;
    const share = max > min ? (position - min) / (max - min) : 0;
    this.#element.style.setProperty(property, share.toFixed(4));
  }
}

/** @param {number | undefined} value @param {number | null | undefined} known the default */
function wordsFor(value, known) {
  if (value !== undefined) return count(value);
  return known === null || known === undefined
    ? word("placeholder-default")
    : word("default-of", { value: count(known) });
}
