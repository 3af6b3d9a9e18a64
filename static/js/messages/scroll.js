/**
 * The position of the log: at its end while an answer grows, or where the reader put it.
 *
 * The page knows each position that it set itself. Any other way up is the reader's, however short
 * and however it was made: by wheel, finger, key, scroll bar or the browser's search. It ends
 * following in the same frame. One exception: in a log that became shorter the browser moves to the
 * new end. Safari does so also where the log has grown again by then, so that there a way up without
 * an input is the browser's if the end has moved. Following begins again at the end alone, or with
 * the button.
 */

import { isTextBox, scrollsUpInside } from "#js/messages/inner_scroll.js";
import { lineReadIn } from "#js/messages/read_line.js";
import { ReaderInput } from "#js/messages/reader_input.js";
import { Emitter } from "#js/ui/emitter.js";

/** @typedef {{element: Element, top: number}} Held an element, and its distance from the top */

// The browser rounds positions to pixels of the screen.
const ROUNDING_PX = 1;
// A finger that only taps moves less.
const DRAG_PX = 8;
// The button to the end is no help where the end is nearly there.
const NEAR_PX = 48;
const UPWARDS = new Set(["ArrowUp", "PageUp", "Home"]);
const DOWNWARDS = new Set(["ArrowDown", "PageDown", "End", " "]);
// Safari has no such property, and does not keep a line in its place when something above it grows.
const KEEPS_LINES = CSS.supports("overflow-anchor", "auto");

/** @extends {Emitter<import("#js/events.js").LogPositionEvents>} */
export class LogPosition extends Emitter {
  #scroller;
  #content;
  #jump;
  #following = false;
  /** @type {Held | null} what stays in its place until the reader scrolls */
  #held = null;
  #room = new Room();
  #input;
  /** Where the page put the log or the reader left it, and where its end was then. */
  #top = 0;
  #end = 0;
  /** Whether the reader's last input led down. */
  #isGoingDown = false;
  #touchedAt = 0;
  #gutter = -1;

  /**
   * @param {HTMLElement} scroller
   * @param {HTMLElement} content the element that grows inside it
   * @param {HTMLElement} jump holds the button that leads back to the end
   */
  constructor(scroller, content, jump) {
    super();
    this.#scroller = scroller;
    this.#content = content;
    this.#jump = jump;
    this.#input = new ReaderInput(scroller);
    scroller.append(this.#room.element);
    this.#follow(true);
    this.#listen();
    // An observer is called after layout. Reading the height earlier would force another layout.
    const observer = new ResizeObserver(() => this.#laidOut());
    observer.observe(content);
    observer.observe(scroller);
  }

  get isFollowing() {
    return this.#following;
  }

  /** @returns {boolean} whether the reader has the end before their eyes, or nearly */
  get isAtEnd() {
    return this.#following || this.#end - this.#top < NEAR_PX;
  }

  /** Goes to the end and follows it from there. */
  toEnd() {
    this.#held = null;
    this.#follow(true);
    this.emit("to-end");
    this.settle();
  }

  /** Stops following, because the user opened something that must not move. */
  release() {
    this.#isGoingDown = false;
    this.#follow(false);
    this.#hold(null);
    this.#drawJump();
  }

  /**
   * Keeps an element in its place, whatever is drawn above it, until the reader scrolls.
   *
   * @param {Element} element
   * @param {number} [top] its distance from the top of the log; without it, the present one
   */
  hold(element, top = this.topOf(element)) {
    this.#follow(false);
    this.#hold({ element, top });
    this.settle();
    this.emit("held");
  }

  /** @param {Element} element @returns {number} its distance from the top of the log's window */
  topOf(element) {
    return element.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top;
  }

  /** Puts the log where it belongs after the page has changed it. */
  settle() {
    if (this.#following) this.#scroller.scrollTop = this.#scroller.scrollHeight;
    else this.#restoreHeld();
    this.#note();
  }

  // Internal

  #listen() {
    const on = (/** @type {string} */ type, /** @type {(event: any) => void} */ listener) =>
      this.#scroller.addEventListener(type, listener, { passive: true });
    on("scroll", () => this.#checkPosition());
    // These tell of a move before it has begun, where the browser makes it smoothly.
    on("wheel", (event) => !event.ctrlKey && this.#movesBy(event.deltaY, event));
    on("touchstart", ({ touches }) => (this.#touchedAt = touches[0].clientY));
    on("touchmove", (event) => this.#movesBy(this.#dragged(event), event));
    on("keydown", (event) => !isTextBox(event.target) && this.#movesBy(byKey(event), event));
    // On the scroll bar: nothing tells where it is dragged.
    on("pointerdown", ({ target }) => (this.#isGoingDown ||= target === this.#scroller));
    this.#jump.addEventListener("click", () => this.toEnd());
  }

  /** @param {TouchEvent} event @returns {number} */
  #dragged({ touches }) {
    const by = this.#touchedAt - touches[0].clientY;
    return Math.abs(by) < DRAG_PX ? 0 : by;
  }

  /** @param {number} by @param {Event} event of the reader that is going to move the log */
  #movesBy(by, { target }) {
    this.#isGoingDown = by > 0;
    if (by === 0 || (by < 0 && scrollsUpInside(target, this.#scroller))) return;
    if (!this.#following) this.#hold(null);
    else if (by < 0 && this.#scroller.scrollTop > 0) this.release();
  }

  #laidOut() {
    this.#updateGutter();
    this.#checkPosition();
    this.settle();
    this.emit("moved");
  }

  #checkPosition() {
    const { scrollTop: top, scrollHeight, clientHeight } = this.#scroller;
    const end = scrollHeight - clientHeight;
    const by = top - this.#top;
    if (Math.abs(by) < ROUNDING_PX) return;
    if (by > 0) this.#movedDown(top, end);
    else if (top < end - ROUNDING_PX && !this.#isClamped(end)) this.release();
    this.#note();
    this.emit("moved");
  }

  /** @param {number} end @returns {boolean} whether it was the browser that moved the log up */
  #isClamped(end) {
    return !KEEPS_LINES && end !== this.#end && !this.#input.isRecent;
  }

  /** @param {number} top @param {number} end */
  #movedDown(top, end) {
    // A fast answer has grown since the reader saw its end. Without the reader, the browser moves the
    // log when something above the window grows, which may be as far.
    const seen = this.#isGoingDown ? Math.min(end, this.#end) : end;
    if (top >= seen - ROUNDING_PX) this.#follow(true);
    else if (!this.#following) this.#hold(null);
  }

  /** @param {boolean} following if so, only the user moves the log away from its end */
  #follow(following) {
    if (following) this.#held = null;
    if (following) this.#room.set(0);
    if (following === this.#following) return;
    this.#following = following;
    this.#drawAnchoring();
  }

  /** @param {Held | null} held null for what the reader has before their eyes */
  #hold(held) {
    this.#held = held;
    if (!held && !KEEPS_LINES) {
      const element = lineReadIn(this.#scroller, this.#content);
      this.#held = element && { element, top: this.topOf(element) };
    }
    this.#drawAnchoring();
  }

  /** The browser keeps the line in its place only where the page does not. */
  #drawAnchoring() {
    const anchoring = this.#following || this.#held ? "none" : "";
    const { style } = this.#scroller;
    if (style.overflowAnchor !== anchoring) style.overflowAnchor = anchoring;
  }

  #restoreHeld() {
    if (!this.#held?.element.isConnected) return;
    if (this.#hasMoved(this.#held) && this.#hasMoved(this.#held)) {
      this.#room.set(this.#room.height + this.topOf(this.#held.element) - this.#held.top);
      this.#hasMoved(this.#held);
    }
  }

  /** Scrolls to the held element. @param {Held} held @returns {boolean} whether it was elsewhere */
  #hasMoved({ element, top }) {
    const by = this.topOf(element) - top;
    if (Math.abs(by) < ROUNDING_PX) return false;
    this.#scroller.scrollTop += by;
    return true;
  }

  #note() {
    const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
    this.#top = scrollTop;
    this.#end = scrollHeight - clientHeight;
    if (this.#room.height > 0) this.#end -= this.#room.shrink(this.#end - this.#top);
    this.#drawJump();
  }

  #drawJump() {
    if (this.#jump.hidden !== this.isAtEnd) this.#jump.hidden = this.isAtEnd;
  }

  // The dock below the log gets the width of the scroll bar, to stay in line. The property is set on
  // the dock alone: on the page it would recompute the styles of everything.
  #updateGutter() {
    const gutter = (this.#scroller.offsetWidth - this.#scroller.clientWidth) / 2;
    if (gutter === this.#gutter) return;
    this.#gutter = gutter;
    this.#jump.parentElement?.style.setProperty("--gutter", `${gutter}px`);
  }
}

/** @param {KeyboardEvent} event @returns {number} less than 0 for up, more than 0 for down */
function byKey({ key, shiftKey }) {
  if (UPWARDS.has(key) || (key === " " && shiftKey)) return -1;
  return DOWNWARDS.has(key) ? 1 : 0;
}

/** Space below a log that has become too short for what is held in its place. */
class Room {
  element = document.createElement("div");
  height = 0;

  /** @param {number} height */
  set(height) {
    if (height === this.height) return;
    this.height = Math.max(0, height);
    this.element.style.blockSize = `${this.height}px`;
  }

  /**
   * Takes away what is below the reader's window.
   *
   * @param {number} below
   * @returns {number} by how much it became smaller
   */
  shrink(below) {
    const by = Math.min(this.height, Math.max(0, Math.floor(below)));
    this.set(this.height - by);
    return by;
  }
}
