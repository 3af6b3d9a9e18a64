/**
 * What the reader has just asked for, shown at once and until the site's own word on it arrives.
 *
 * The word comes with a newer version of the conversation than the one the wish was made at; an
 * older one that is still under way must not take the wish back.
 *
 * @template T
 */
export class Wish {
  /** @type {T | null} what was asked for; null when nothing is */
  value = null;
  #madeAt = 0;
  #isAnswered = false;

  /** @param {T} value @param {number} version of the conversation that the page has */
  make(value, version) {
    this.value = value;
    this.#madeAt = version;
    this.#isAnswered = false;
  }

  /**
   * The site has carried out a wish.
   *
   * @param {T} value the one it answers; an older one than the present is of no interest
   * @param {number} version of the conversation that the page has
   */
  answered(value, version) {
    if (value !== this.value) return;
    this.#isAnswered = true;
    this.told(version);
  }

  /** @param {number} version that the site has told */
  told(version) {
    if (this.#isAnswered && version > this.#madeAt) this.value = null;
  }

  /** @param {T} value that the site refused */
  refused(value) {
    if (value === this.value) this.drop();
  }

  /** It is of no interest any more. */
  drop() {
    this.value = null;
  }
}
