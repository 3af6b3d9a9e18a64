/**
 * Draws messages before the reader gets to them, in short slices of time, and takes those away that
 * are far off: a page of 2,000 messages is as quick as one of twenty.
 */

import { afterFrame, TimeSlice } from "#js/markdown/scheduling.js";

/**
 * @typedef {import("#js/messages/messages.js").Messages} Messages
 * @typedef {import("#js/messages/scroll.js").LogPosition} LogPosition
 */

// In heights of the log's window. Browsers lay out the blocks of a message from one and a half on: a
// message is drawn before, so that no frame has to do both.
const AHEAD = 2;
const KEPT = 3;
// In the document. A formula has a hundred elements, a line of coloured code a dozen.
const MOST_MESSAGES = 200;
const MOST_ELEMENTS = 6_000;
// So many are drawn in any case, so that the browser's own search finds all of most conversations.
const WHOLE_MESSAGES = 60;
const LOADED_AHEAD = 24;
// A place that the page has jumped to is laid out in the second whole frame. Before, a long message
// there can look as if it ended above the window, and nothing may be taken away.
const FRAMES_OF_JUMP = 3;

export class DrawingAhead {
  #messages;
  #position;
  #scroller;
  #load;
  #isDue = false;
  /** Until the place that the page has jumped to is laid out. */
  #frames = 0;
  /** The query that was asked last, since the reader has moved. */
  #asked = "";
  /** Counts the places that the reader was taken to: the last one holds, whichever is loaded first. */
  #places = 0;
  #elements;

  /**
   * @param {HTMLElement} scroller
   * @param {Messages} messages
   * @param {LogPosition} position
   * @param {(query: {before?: string, until?: string}) => Promise<boolean>} load older messages
   */
  constructor(scroller, messages, position, load) {
    this.#scroller = scroller;
    this.#messages = messages;
    this.#position = position;
    this.#load = load;
    this.#elements = scroller.getElementsByTagName("*");
    position.on("moved", () => this.#moved());
    position.on("held", () => this.#jumped());
    position.on("to-end", () => this.toEnd());
    messages.on("empty", () => this.#begin());
  }

  /**
   * Draws one message, wherever it is.
   *
   * @param {string} id
   * @returns {Promise<HTMLElement | null | undefined>} undefined if it is not on the branch, null if
   *   the reader was taken elsewhere while it was loaded
   */
  async reveal(id) {
    this.#places += 1;
    const place = this.#places;
    const { window } = this.#messages;
    const index = window.branch.findIndex((each) => each.id === id);
    if (window.branch[index]?.unloaded) await this.#load(window.around(index));
    if (place !== this.#places) return null;
    if (!this.#messages.element(id) && index >= 0) {
      this.#messages.redraw();
      this.#moveTo(window.branch.findIndex((each) => each.id === id));
    }
    return this.#messages.element(id);
  }

  /** Draws the end of the branch. */
  toEnd() {
    this.#places += 1;
    const { window } = this.#messages;
    if (!window.isAtEnd) this.#moveTo(window.branch.length);
  }

  // Internal

  #moved() {
    this.#asked = "";
    this.#workSoon();
  }

  #jumped() {
    this.#frames = FRAMES_OF_JUMP;
    this.#moved();
  }

  /** @param {number} index of the message that is drawn; the others follow from there */
  #moveTo(index) {
    if (index < 0) return;
    this.#noteHeights();
    this.#messages.window.moveTo(index);
    this.#messages.redraw();
    this.#workSoon();
  }

  /** Works after the next frame: sizes are known then, and reading them costs no layout. */
  async #workSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    await afterFrame();
    this.#isDue = false;
    this.#frames = Math.max(0, this.#frames - 1);
    this.#work();
  }

  #work() {
    if (this.#messages.window.branch.length === 0) return;
    const isLaidOut = this.#frames === 0;
    const hasChanged =
      (isLaidOut && (this.#follow() || this.#shorten())) || this.#extend(this.#room());
    if (!hasChanged && this.#isSmall && this.#extend({ above: Infinity, below: Infinity })) {
      return void this.#workSoon();
    }
    if (hasChanged || !isLaidOut) this.#workSoon();
    else this.#loadMissing();
  }

  get #isSmall() {
    const { length } = this.#messages.window.branch;
    return length <= WHOLE_MESSAGES && this.#elements.length < MOST_ELEMENTS / 2;
  }

  /** Draws the first messages of a window at once, before anything is laid out. */
  #begin() {
    const height = (AHEAD + 1) * this.#scroller.clientHeight;
    this.#extend({ above: height, below: height });
    this.#workSoon();
  }

  async #loadMissing() {
    const missing = this.#messages.window.missing(LOADED_AHEAD);
    const asked = JSON.stringify(missing);
    // The same again would be no help: what the site has sent was older than what the page knows.
    if (!missing || asked === this.#asked) return;
    this.#asked = asked;
    if (await this.#load(missing)) this.#workSoon();
  }

  /** Whether the reader sees nothing but the space of messages that are not drawn. */
  #isElsewhere() {
    const { above, below } = this.#room();
    const height = this.#scroller.clientHeight;
    return Math.max(above, below) > (AHEAD + 1) * height;
  }

  /** @returns {boolean} whether the window was moved to where the reader has gone */
  #follow() {
    const { window } = this.#messages;
    if (!this.#isElsewhere()) return false;
    const top = window.above.getBoundingClientRect().top;
    const distance = this.#scroller.getBoundingClientRect().top - top;
    const { isFollowing } = this.#position;
    const index = isFollowing ? window.branch.length : window.indexAt(distance);
    if (index === window.from) return false;
    this.#moveTo(index);
    return true;
  }

  /** @returns {{above: number, below: number}} the heights that are to be drawn */
  #room() {
    const { above, below } = this.#messages.window;
    const { top, bottom } = this.#scroller.getBoundingClientRect();
    const ahead = AHEAD * this.#scroller.clientHeight;
    return {
      above: above.getBoundingClientRect().bottom - top + ahead,
      below: bottom - below.getBoundingClientRect().top + ahead,
    };
  }

  /**
   * @param {{above: number, below: number}} room
   * @returns {boolean} whether a message was drawn
   */
  #extend(room) {
    const { window } = this.#messages;
    const slice = new TimeSlice();
    const { from, to } = window;
    while (!slice.isOver) {
      if (room.below > 0 && window.has(window.to)) {
        room.below -= window.heightAt(window.to);
        window.to += 1;
      } else if (room.above > 0 && window.has(window.from - 1)) {
        window.from -= 1;
        room.above -= window.heightAt(window.from);
      } else break;
      this.#messages.redraw();
    }
    return from !== window.from || to !== window.to;
  }

  /**
   * Takes messages off the document that are far from the reader.
   *
   * @returns {boolean} whether there were some
   */
  #shorten() {
    const { window } = this.#messages;
    const count = window.to - window.from;
    if (count <= MOST_MESSAGES && this.#elements.length <= MOST_ELEMENTS) {
      return false;
    }
    const { top, bottom } = this.#scroller.getBoundingClientRect();
    const kept = KEPT * this.#scroller.clientHeight;
    const boxes = this.#messages.elements.map((each) => ({
      isFar: isFree(each) && isOutside(each, top - kept, bottom + kept),
      isAbove: each.getBoundingClientRect().bottom < top,
    }));
    const first = boxes.findIndex((each) => !(each.isFar && each.isAbove));
    const last = boxes.findLastIndex((each) => !each.isFar || each.isAbove);
    if (first <= 0 && last === boxes.length - 1) return false;
    this.#noteHeights();
    window.to = window.from + last + 1;
    window.from += Math.max(0, first);
    this.#messages.redraw();
    return true;
  }

  #noteHeights() {
    const { window } = this.#messages;
    const elements = this.#messages.elements;
    const heights = elements.map(heightOf);
    elements.forEach((each, index) => {
      if (each.dataset.messageId) window.note(each.dataset.messageId, heights[index]);
    });
  }
}

/** @param {HTMLElement} element @returns {number} with the space to the next one */
function heightOf(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return (element.nextElementSibling?.getBoundingClientRect().top ?? bottom) - top;
}

/** @param {HTMLElement} element @param {number} top @param {number} bottom */
function isOutside(element, top, bottom) {
  const box = element.getBoundingClientRect();
  return box.bottom < top || box.top > bottom;
}

/** @param {HTMLElement} element @returns {boolean} whether nobody writes or selects in it */
function isFree(element) {
  if (element.classList.contains("is-edited") || element.contains(document.activeElement)) {
    return false;
  }
  const selection = getSelection();
  return !selection || selection.isCollapsed || !selection.containsNode(element, true);
}
