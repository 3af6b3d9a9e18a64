/**
 * The part of the branch that is in the document. Above and below it are spaces as high as the
 * messages there: as measured when they left the document, or as guessed before they were drawn.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 */

const GUESSED_PX = { user: 110, assistant: 420, tool: 60 };
// So many messages are drawn at once when they arrive; more are drawn in slices.
const AT_ONCE = 8;

export class LogWindow {
  above = space("is-above");
  below = space("is-below");
  /** The messages from number `from` to before number `to` are drawn. */
  from = Infinity;
  to = Infinity;
  /** @type {Message[]} */
  branch = [];
  /** @type {Map<string, number>} */
  #heights = new Map();
  /** @type {string | null} the message to begin at, until there is a branch */
  #first = null;

  /**
   * Begins with another conversation.
   *
   * @param {string | null} [id] of the message to begin at; without it, at the end
   */
  reset(id = null) {
    this.#heights.clear();
    this.branch = [];
    this.from = this.to = Infinity;
    this.#first = id;
  }

  /**
   * Fits the window into a changed branch: what was at its end stays at its end.
   *
   * @param {Message[]} branch
   * @param {(id: string) => boolean} isDrawn
   */
  fit(branch, isDrawn) {
    const wasAtEnd = this.to >= this.branch.length;
    const [from, to] = [this.#placeIn(branch, this.from), this.#placeIn(branch, this.to - 1) + 1];
    this.branch = branch;
    this.to = wasAtEnd ? branch.length : Math.min(to, branch.length);
    this.from = Math.min(from, this.to);
    const first = branch.findIndex(({ id }) => id === this.#first);
    if (first >= 0) this.moveTo(first);
    if (branch.length > 0) this.#first = null;
    this.#leaveOutUnloaded();
    this.#leaveOutMany(isDrawn);
  }

  /**
   * The place of a message in another branch: results of calls may have left it for their cards.
   *
   * @param {Message[]} branch
   * @param {number} index
   * @returns {number} the same if the message is not there
   */
  #placeIn(branch, index) {
    const id = this.branch[index]?.id;
    if (id === undefined || branch[index]?.id === id) return index;
    const place = branch.findIndex((each) => each.id === id);
    return place < 0 ? index : place;
  }

  #leaveOutUnloaded() {
    const gap = this.branch.findIndex((each, index) => index >= this.from && each.unloaded);
    if (gap >= 0) this.to = Math.min(this.to, gap);
  }

  /** @param {(id: string) => boolean} isDrawn */
  #leaveOutMany(isDrawn) {
    const drawn = this.branch.slice(this.from, this.to);
    const end = drawn.findLastIndex(({ id }) => isDrawn(id)) + 1;
    if (drawn.length - end > AT_ONCE) this.to = this.from + end + AT_ONCE;
  }

  /**
   * Moves the window to one message; behind the last one, to the end of the branch.
   *
   * @param {number} index
   */
  moveTo(index) {
    this.from = Math.min(index, this.branch.length);
    this.to = Math.min(index + 1, this.branch.length);
  }

  get isAtEnd() {
    return this.to >= this.branch.length;
  }

  /** @param {number} index @returns {boolean} whether the message can be drawn */
  has(index) {
    return index >= 0 && index < this.branch.length && !this.branch[index].unloaded;
  }

  /**
   * The query for the messages that are missing within so many messages of the window.
   *
   * @param {number} within
   * @returns {{before?: string, until?: string} | null}
   */
  missing(within) {
    const { branch, from, to } = this;
    if (from === to && branch[from]?.unloaded) return this.around(from);
    const above = branch.findLastIndex((each, index) => index < from && each.unloaded);
    if (above >= 0 && from - above <= within) {
      return branch[above + 1] ? { before: branch[above + 1].id } : { until: branch[above].id };
    }
    const below = branch.findIndex((each, index) => index >= to && each.unloaded);
    return below >= 0 && below - to < within ? this.around(below) : null;
  }

  /** @param {number} index @returns {{until: string}} the query for the messages around it */
  around(index) {
    return { until: this.branch[Math.min(index + 30, this.branch.length - 1)].id };
  }

  /** @param {string} id @param {number} height with the space to the next message */
  note(id, height) {
    this.#heights.set(id, height);
  }

  /** Makes the spaces as high as the messages that are not drawn. */
  drawSpaces() {
    setHeight(this.above, this.#heightOf(0, this.from));
    setHeight(this.below, this.#heightOf(this.to, this.branch.length));
  }

  /** @param {number} distance from the top of the log @returns {number} the message there */
  indexAt(distance) {
    let top = 0;
    const index = this.branch.findIndex((message) => {
      top += this.#height(message);
      return top > distance;
    });
    return index < 0 ? this.branch.length - 1 : index;
  }

  /** @param {number} from @param {number} to */
  #heightOf(from, to) {
    return this.branch.slice(from, to).reduce((sum, each) => sum + this.#height(each), 0);
  }

  /** @param {number} index @returns {number} of a message that need not be drawn */
  heightAt(index) {
    return this.#height(this.branch[index]);
  }

  /** @param {Message} message */
  #height({ id, role }) {
    return this.#heights.get(id) ?? GUESSED_PX[role];
  }
}

/** @param {string} place @returns {HTMLElement} */
function space(place) {
  const element = document.createElement("div");
  element.className = `log-space ${place}`;
  return element;
}

/** @param {HTMLElement} element @param {number} height */
function setHeight(element, height) {
  const value = `${Math.round(height)}px`;
  if (element.style.blockSize !== value) element.style.blockSize = value;
}
