/** Letters that are typed in a list, which lead to the entry that has them. */

// Whoever pauses for longer begins anew.
const PAUSE_MS = 500;

export class TypeAhead {
  #typed = "";
  #typedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param {string} letter
   * @param {number} at milliseconds, of whatever clock
   * @param {string[]} names of the entries
   * @param {number} place of the one that has the focus
   * @returns {number} place of the next one with a word that begins with what was typed; -1 for none
   */
  press(letter, at, names, place) {
    const goesOn = at - this.#typedAt < PAUSE_MS;
    this.#typed = (goesOn ? this.#typed : "") + letter.toLowerCase();
    this.#typedAt = at;
    const isFirst = this.#typed.length === 1;
    const found = next(this.#typed, names, isFirst ? place + 1 : place);
    // The same letter again and again goes through all that begin with it.
    const isRepeated = [...this.#typed].every((each) => each === this.#typed[0]);
    return found < 0 && isRepeated ? next(this.#typed[0], names, place + 1) : found;
  }
}

/** @param {string} typed @param {string[]} names @param {number} from @returns {number} */
function next(typed, names, from) {
  const places = names.map((_name, step) => (Math.max(from, 0) + step) % names.length);
  return places.find((each) => hasWord(names[each].toLowerCase(), typed)) ?? -1;
}

/** @param {string} name @param {string} typed @returns {boolean} whether a word of it begins so */
function hasWord(name, typed) {
  for (let at = name.indexOf(typed); at >= 0; at = name.indexOf(typed, at + 1)) {
    if (at === 0 || /[^\p{L}\p{N}]/u.test(name[at - 1])) return true;
  }
  return false;
}
