/**
 * An optimistic value: a change by the user, shown at once and until the site confirms it.
 *
 * The site answers with the version of the conversation that contains the change. Frames of older
 * versions may still arrive, also with an earlier change; they must not undo this one.
 *
 * @template T
 */
export class Optimistic {
  /** @type {T | null} null when every change is confirmed or refused */
  value = null;
  #number = 0;
  /** The version that contains the value; infinite until the site has answered. */
  #savedIn = Infinity;

  /** @param {T} value @returns {number} the number of this change, for its answer */
  set(value) {
    this.value = value;
    this.#savedIn = Infinity;
    this.#number += 1;
    return this.#number;
  }

  /**
   * The site has accepted a change.
   *
   * @param {number} number of the change; ignored unless it is the latest
   * @param {number} savedIn the version of the conversation that contains it
   * @param {number} version of the conversation that the page has
   */
  accepted(number, savedIn, version) {
    if (number !== this.#number) return;
    this.#savedIn = savedIn;
    this.confirmed(version);
  }

  /** @param {number} version of the conversation that the site has sent */
  confirmed(version) {
    if (version >= this.#savedIn) this.value = null;
  }

  /** @param {number} number of the change that the site refused */
  refused(number) {
    if (number === this.#number) this.drop();
  }

  /** Forgets the value, whether it is confirmed or not. */
  drop() {
    this.value = null;
  }
}
