/**
 * Find in conversation: the site looks through all messages, of which the page has a part, and the
 * page goes to those that it names and marks the text in them.
 */

import { afterFrame } from "#js/markdown/scheduling.js";
import { mark, rangesOf } from "#js/messages/found_text.js";
import { closeOnEscape } from "#js/ui/escape.js";
import { element, on, part, setText } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/**
 * @typedef {object} Parts
 * @property {import("#js/state/state.js").State} state
 * @property {import("#js/connection/socket.js").Socket} socket
 * @property {import("#js/messages/messages.js").Messages} messages
 * @property {import("#js/pages/reading.js").Reading} reading
 */

const PAUSE_MS = 200;
/** Below the bar with the text. */
const TOP_PX = 96;
// A long message is drawn over some frames.
const FRAMES = 8;

export class Find {
  #page;
  #bar = element("find");
  #box = element("find-text");
  #timer = 0;
  /** The text that was looked for last, and the messages that have it. */
  #text = "";
  /** @type {string[]} */
  #ids = [];
  #isCut = false;
  #at = -1;
  /** @type {Range[]} of the text in the present message */
  #ranges = [];
  #range = 0;
  /** @type {Element | null} the element of the present message */
  #shown = null;
  // Code is drawn again when it is coloured, formulas when they are set, an answer while it grows.
  #redrawn = new MutationObserver(() => this.#markAgain());

  /** @param {Parts} page */
  constructor(page) {
    this.#page = page;
    on(element("find-button"), "click", () => this.open());
    on(element("find-previous"), "click", () => this.#step(-1));
    on(element("find-close"), "click", () => this.close());
    on(this.#bar, "submit", (event) => {
      event.preventDefault();
      this.#step(1);
    });
    on(this.#box, "input", () => this.#lookSoon());
    on(this.#bar, "keydown", (event) => this.#pressed(event));
    closeOnEscape(this.#bar, () => this.close());
  }

  draw() {
    element("find-button").hidden = this.#page.state.branch.length === 0;
  }

  /**
   * The command of Mod+F: none where the browser's own search finds all, or on the second press.
   *
   * @returns {(() => void) | null}
   */
  get command() {
    const { from, isAtEnd } = this.#page.messages.window;
    const isWhole = from === 0 && isAtEnd;
    return isWhole || document.activeElement === this.#box ? null : () => this.open();
  }

  open() {
    this.#bar.hidden = false;
    this.#box.select();
    this.#box.focus();
    if (this.#box.value) this.#look();
  }

  /** Closes the bar, and forgets what was found. @returns {boolean} whether it was open */
  close() {
    if (this.#bar.hidden) return false;
    clearTimeout(this.#timer);
    const hadFocus = this.#bar.contains(document.activeElement);
    this.#bar.hidden = true;
    this.#forget();
    if (hadFocus) element("find-button").focus();
    return true;
  }

  // Internal

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key !== "Enter" || !event.shiftKey) return;
    event.preventDefault();
    this.#step(-1);
  }

  #lookSoon() {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#look(), PAUSE_MS);
  }

  async #look() {
    clearTimeout(this.#timer);
    const text = this.#box.value;
    this.#forget();
    this.#text = text;
    const { conversation, headId } = this.#page.state;
    if (!conversation || !headId || text.trim() === "") return;
    const found = await this.#asked(conversation.id, headId, text);
    if (!found || this.#text !== text || this.#bar.hidden) return;
    this.#ids = found.message_ids;
    this.#isCut = found.is_cut;
    await this.#show(this.#nearest());
  }

  /** @param {string} id @param {string} headId @param {string} text */
  async #asked(id, headId, text) {
    const place = { conversation_id: id, head_id: headId };
    try {
      return await this.#page.socket.request({ type: "conversation.find", ...place, text });
    } catch (refusal) {
      setText(element("find-count"), /** @type {any} */ (refusal).message);
      return null;
    }
  }

  /** @returns {number} the first message with the text that the reader has before their eyes */
  #nearest() {
    const first = this.#page.reading.firstInView;
    const branch = this.#page.state.branch.map(({ id }) => id);
    const from = branch.indexOf(first ?? "");
    const index = this.#ids.findIndex((id) => branch.indexOf(id) >= from);
    return index < 0 ? this.#ids.length - 1 : index;
  }

  /** @param {1 | -1} by */
  #step(by) {
    if (this.#box.value !== this.#text) return this.#look();
    const range = this.#range + by;
    if (this.#ranges[range]) return this.#goToRange(range);
    const { length } = this.#ids;
    if (length) this.#show((this.#at + by + length) % length, by < 0);
  }

  /** @param {number} at @param {boolean} [fromEnd] whether its last place comes first */
  async #show(at, fromEnd = false) {
    this.#at = at;
    this.#drawCount();
    const id = this.#ids[at];
    const shown = id === undefined ? undefined : await this.#page.reading.goTo(id);
    if (this.#ids[this.#at] !== id || !shown) return;
    this.#markMessage(shown);
    // The result of a tool is in the card of its call, which is drawn when it is opened.
    if (shown.dataset.messageId !== id) openCards(shown);
    for (let frame = 0; frame < FRAMES && !this.#find(shown); frame += 1) await afterFrame();
    this.#goToRange(fromEnd ? this.#ranges.length - 1 : 0);
  }

  /** @param {Element} shown @returns {boolean} whether the text is in the drawn message */
  #find(shown) {
    this.#ranges = textsOf(shown).flatMap((each) => rangesOf(each, this.#text));
    shown.classList.toggle("has-marks", this.#ranges.length > 0);
    return this.#ranges.length > 0;
  }

  /** @param {number} index */
  #goToRange(index) {
    this.#range = index;
    const range = this.#ranges[index];
    mark(this.#ranges, range);
    const line = range?.startContainer.parentElement;
    if (line) this.#page.reading.hold(line, TOP_PX);
  }

  #markAgain() {
    if (!this.#shown || !this.#find(this.#shown)) return mark([]);
    this.#range = Math.max(0, Math.min(this.#range, this.#ranges.length - 1));
    mark(this.#ranges, this.#ranges[this.#range]);
  }

  /** @param {Element | null} shown */
  #markMessage(shown) {
    this.#redrawn.disconnect();
    for (const each of shown ? textsOf(shown) : []) {
      this.#redrawn.observe(each, { childList: true, subtree: true });
    }
    this.#shown?.classList.remove("is-found", "has-marks");
    this.#shown = shown;
    shown?.classList.add("is-found");
  }

  #forget() {
    this.#text = "";
    this.#ids = this.#ranges = [];
    this.#at = -1;
    this.#markMessage(null);
    mark([]);
    setText(element("find-count"), "");
    this.#bar.classList.remove("has-nothing");
  }

  #drawCount() {
    const total = count(this.#ids.length) + (this.#isCut ? "+" : "");
    const isNothing = this.#ids.length === 0;
    this.#bar.classList.toggle("has-nothing", isNothing);
    const found = word("find-count", { number: count(this.#at + 1), count: total });
    setText(element("find-count"), isNothing ? word("find-nothing") : found);
  }
}

/** @param {Element} shown @returns {Element[]} what the site looks through: its text, its tools' */
function textsOf(shown) {
  return [part(shown, "content"), ...shown.querySelectorAll(".tool-call")];
}

/** @param {Element} shown */
function openCards(shown) {
  for (const card of shown.querySelectorAll(".tool-call")) {
    /** @type {HTMLDetailsElement} */ (card).open = true;
  }
}
