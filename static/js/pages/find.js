/**
 * Find in conversation: the site looks through all messages, of which the page has a part, and the
 * page goes from hit to hit in those that it names.
 */

import { afterFrame } from "#js/markdown/scheduling.js";
import { openCards, parentOf, textsOf, uncover } from "#js/messages/found_place.js";
import { mark, rangesOf } from "#js/messages/found_text.js";
import { closeOnEscape } from "#js/ui/escape.js";
import { element, on, setText } from "#js/ui/markup.js";
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
const DRAWN = '[data-part="content"], [data-part="reasoning-content"], .tool-call';

export class Find {
  #page;
  #bar = element("find");
  #box = element("find-text");
  #timer = 0;
  /** The text that was looked for last, and the messages that have it. */
  #text = "";
  /** @type {{id: string, hits: number}[]} as the site counts, and the page once it has drawn one */
  #found = [];
  #isCut = false;
  /** The present message, and the present hit in it. */
  #at = -1;
  #hit = 0;
  /** @type {Range[]} of the text in the present message, as far as it is drawn */
  #ranges = [];
  /** @type {HTMLElement | null} the element of the present message */
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
    const { message_ids, hits } = found;
    this.#found = message_ids.map((/** @type {string} */ id, /** @type {number} */ index) => {
      return { id, hits: hits[index] };
    });
    this.#isCut = found.is_cut;
    if (message_ids.length === 0) return this.#drawCount();
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
    const index = this.#found.findIndex(({ id }) => branch.indexOf(id) >= from);
    return index < 0 ? this.#found.length - 1 : index;
  }

  /** @param {1 | -1} by */
  #step(by) {
    if (this.#box.value !== this.#text) return this.#look();
    const { length } = this.#found;
    if (length === 0) return;
    const hit = this.#hit + by;
    if (hit >= 0 && hit < this.#found[this.#at].hits) return this.#goToHit(hit);
    this.#show((this.#at + by + length) % length, by < 0);
  }

  /** @param {number} at @param {boolean} [fromEnd] whether its last hit comes first */
  async #show(at, fromEnd = false) {
    const found = this.#found[at];
    this.#at = at;
    this.#hit = fromEnd ? found.hits - 1 : 0;
    this.#ranges = [];
    this.#drawCount();
    const shown = await this.#page.reading.goTo(found.id);
    if (this.#found[this.#at] !== found || !shown) return;
    // The result of a tool is in the card of its call, which is drawn when it is opened.
    if (shown.dataset.messageId !== found.id) openCards(shown);
    this.#markMessage(shown);
    for (let frame = 0; frame < FRAMES && this.#find(shown) < found.hits; frame += 1) {
      await afterFrame();
      if (this.#found[this.#at] !== found) return;
    }
    const more = this.#ranges.length - found.hits;
    this.#correct();
    this.#goToHit(this.#hit + (fromEnd ? more : 0));
  }

  /** @param {HTMLElement} shown @returns {number} how often the drawn message has the text */
  #find(shown) {
    const texts = textsOf(shown, this.#found[this.#at].id);
    this.#ranges = texts.flatMap((each) => rangesOf(each, this.#text));
    shown.classList.toggle("has-marks", this.#ranges.length > 0);
    return this.#ranges.length;
  }

  /** Counts what is drawn. What nobody sees, as the address of a link, is one hit: its message. */
  #correct() {
    this.#found[this.#at].hits = Math.max(1, this.#ranges.length);
  }

  /** @param {number} hit of the present message */
  #goToHit(hit) {
    this.#hit = Math.max(0, Math.min(hit, this.#found[this.#at].hits - 1));
    this.#drawCount();
    const range = this.#ranges[this.#hit];
    mark(this.#ranges, range);
    const line = range && parentOf(range);
    if (!line || !this.#shown) return;
    uncover(range, this.#shown);
    // A paragraph can be higher than the window: its hit is what must be in view.
    const inside = range.getBoundingClientRect().top - line.getBoundingClientRect().top;
    this.#page.reading.hold(line, TOP_PX - inside);
  }

  #markAgain() {
    if (!this.#shown || !this.#find(this.#shown)) return mark([]);
    this.#correct();
    this.#hit = Math.min(this.#hit, this.#ranges.length - 1);
    this.#drawCount();
    mark(this.#ranges, this.#ranges[this.#hit]);
  }

  /** @param {HTMLElement | null} shown */
  #markMessage(shown) {
    this.#redrawn.disconnect();
    for (const each of shown?.querySelectorAll(DRAWN) ?? []) {
      this.#redrawn.observe(each, { childList: true, subtree: true });
    }
    this.#shown?.classList.remove("is-found", "has-marks");
    this.#shown = shown;
    shown?.classList.add("is-found");
  }

  #forget() {
    this.#text = "";
    this.#found = [];
    this.#ranges = [];
    this.#at = -1;
    this.#markMessage(null);
    mark([]);
    setText(element("find-count"), "");
    this.#bar.classList.remove("has-nothing");
  }

  #drawCount() {
    const hits = this.#found.map((each) => each.hits);
    const sum = (/** @type {number[]} */ some) => some.reduce((one, other) => one + other, 0);
    const total = count(sum(hits)) + (this.#isCut ? "+" : "");
    const number = count(sum(hits.slice(0, this.#at)) + this.#hit + 1);
    this.#bar.classList.toggle("has-nothing", hits.length === 0);
    const found = word("find-count", { number, count: total });
    setText(element("find-count"), hits.length === 0 ? word("find-nothing") : found);
  }
}
