/**
 * What the reader has just asked for, shown at once and until the site's own word on it arrives.
 *
 * The site answers with the version of the conversation that has it. A version from before that
 * may still be under way, also one with an earlier wish; it must not take this one back.
 *
 * @template T
 */
export class Wish {
  /** @type {T | null} what was asked for; null when nothing is */
  value = null;
  #number = 0;
  /** The version that has it; infinite until the site has answered. */
  #keptIn = Infinity;

  /** @param {T} value @returns {number} the number of this wish, for its answer */
  make(value) {
    this.value = value;
    this.#keptIn = Infinity;
    this.#number += 1;
    return this.#number;
  }

  /**
   * The site has carried out a wish.
   *
   * @param {number} number the one it answers; an older one than the present is of no interest
   * @param {number} keptIn the version of the conversation that has it
   * @param {number} version of the conversation that the page has
   */
  answered(number, keptIn, version) {
    if (number !== this.#number) return;
    this.#keptIn = keptIn;
    this.told(version);
  }

  /** @param {number} version that the site has told */
  told(version) {
    if (version >= this.#keptIn) this.value = null;
  }

  /** @param {number} number of the wish that the site refused */
  refused(number) {
    if (number === this.#number) this.drop();
  }

  /** It is of no interest any more. */
  drop() {
    this.value = null;
  }
}
