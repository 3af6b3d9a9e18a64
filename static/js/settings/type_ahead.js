/** Finds the entry of a list by the letters that the user types. */

// After a longer pause the search begins again.
const PAUSE_MS = 500;

export class TypeAhead {
  #typed = "";
  #typedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param {string} letter
   * @param {number} at milliseconds
   * @param {string[]} names of the entries
   * @param {number} index of the entry that has the focus
   * @returns {number} index of the next entry with a word that begins with the letters; -1 for none
   */
  press(letter, at, names, index) {
    const continues = at - this.#typedAt < PAUSE_MS;
    this.#typed = (continues ? this.#typed : "") + letter.toLowerCase();
    this.#typedAt = at;
    const isFirst = this.#typed.length === 1;
    const found = next(this.#typed, names, isFirst ? index + 1 : index);
    // A repeated letter steps through all entries that begin with it.
    const isRepeated = [...this.#typed].every((each) => each === this.#typed[0]);
    return found < 0 && isRepeated ? next(this.#typed[0], names, index + 1) : found;
  }
}

/** @param {string} typed @param {string[]} names @param {number} from @returns {number} */
function next(typed, names, from) {
  const indexes = names.map((_name, step) => (Math.max(from, 0) + step) % names.length);
  return indexes.find((each) => hasWord(names[each].toLowerCase(), typed)) ?? -1;
}

/**
 * @param {string} name
 * @param {string} typed
 * @returns {boolean} whether a word of the name begins with them
 */
function hasWord(name, typed) {
  for (let at = name.indexOf(typed); at >= 0; at = name.indexOf(typed, at + 1)) {
    if (at === 0 || /[^\p{L}\p{N}]/u.test(name[at - 1])) return true;
  }
  return false;
}
