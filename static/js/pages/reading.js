/**
 * The place of the reader in a conversation. Opened again, by the list, back and forward or a
 * reload, a conversation is shown where its reader was; an address that ends with `#m-` and the id
 * of a message shows that message, or a notice where the conversation has no such message.
 */

import { dropArrivalNotice, showArrivalNotice } from "#js/composer/lines.js";
import { DrawingAhead } from "#js/messages/drawing_ahead.js";
import { LogPosition } from "#js/messages/scroll.js";
import { OlderMessages } from "#js/pages/older_messages.js";
import { keepPlace, placeIn } from "#js/state/places.js";
import { element, on, part } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {object} Parts
 * @property {import("#js/state/state.js").State} state
 * @property {import("#js/messages/messages.js").Messages} messages
 * @property {import("#js/pages/branches.js").Branches} branches
 * @property {() => void} draw draws the page from its state
 *
 * @typedef {import("#js/state/places.js").Place} Place
 */

const LINKED = /^#m-(.*)$/;
/** The distance from the top of the log of a message that was asked for, and of several answers. */
const TOP_PX = 16;
const ANSWERS_TOP_PX = 8;

export class Reading {
  #page;
  #scroller = element("log-scroller");
  #position = new LogPosition(this.#scroller, element("log"), element("jump"));
  #ahead;
  older;
  /** @type {string | null} the conversation on the page */
  #conversationId = null;
  #isReturning = isReturn();

  /** @param {Parts} page */
  constructor(page) {
    this.#page = page;
    this.older = new OlderMessages(page.state);
    const { load } = this.older;
    this.#ahead = new DrawingAhead(this.#scroller, page.messages, this.#position, load);
    on(element("log"), "click", ({ target }) => target.closest("summary") && this.release());
    addEventListener("pagehide", () => this.#keep());
    // A phone may end a page that is in the background without another word.
    on(document, "visibilitychange", () => document.hidden && this.#keep());
    addEventListener("hashchange", () => this.#goToLinked());
  }

  /** Shows the conversation that was opened at the place of its reader, or at its end. */
  open() {
    this.#keep();
    const { state, messages } = this.#page;
    this.#conversationId = state.conversation?.id ?? null;
    const place = (this.#isReturning ? null : this.#linked()) ?? this.#stored();
    this.#isReturning = false;
    messages.window.reset(place?.id ?? null);
    if (place) this.#show(place);
    else this.toEnd();
  }

  /** Goes to the end of the log; of several answers, to their top, as they are read from there. */
  toEnd() {
    const { state, messages, draw } = this.#page;
    if (state.alternatives.length === 0) return this.#position.toEnd();
    draw();
    this.#ahead.toEnd();
    this.#position.hold(messages.alternatives, ANSWERS_TOP_PX);
  }

  /** @returns {string | undefined} the id of the first message in view */
  get firstInView() {
    return this.#firstInView()?.dataset.messageId;
  }

  /**
   * Keeps an element of the log in its place.
   *
   * @param {Element} shown
   * @param {number} top its distance from the top of the log
   */
  hold(shown, top) {
    this.#position.hold(shown, top);
  }

  /** Stops following, because the user opened something that must not move. */
  release() {
    this.#position.release();
  }

  /** The new conversation on the page has got its address. */
  created() {
    this.#conversationId = this.#page.state.conversation?.id ?? null;
  }

  /**
   * Shows a message of the branch.
   *
   * @param {string} id
   * @returns {Promise<HTMLElement | null | undefined>} its element, unless the reader was taken
   *   elsewhere while it was loaded
   */
  async goTo(id) {
    this.release();
    const shown = await this.#reveal(id);
    if (shown) this.#position.hold(shown, TOP_PX);
    return shown;
  }

  /**
   * Changes the version of a message, and keeps the arrows that were pressed where they are.
   *
   * @param {string} id
   * @param {() => void} change
   */
  async keepArrows(id, change) {
    const { state, messages, draw } = this.#page;
    const pressed = messages.element(id);
    const index = state.branch.findIndex((each) => each.id === id);
    if (!pressed || index < 0) return change();
    const top = this.#position.topOf(part(pressed, "versions"));
    this.release();
    change();
    draw();
    const shown = state.branch[index];
    const other = shown && (await this.#ahead.reveal(shown.id));
    if (other) this.#position.hold(part(other, "versions"), top);
  }

  // Internal

  /** @param {string} id of a message; a result of a tool is in the card of the one that called */
  async #reveal(id) {
    const shown = await this.#ahead.reveal(id);
    const { branch } = this.#page.state;
    const index = branch.findIndex((each) => each.id === id);
    if (shown !== undefined || branch[index]?.role !== "tool") return shown;
    const caller = branch.slice(0, index).findLast(({ role }) => role !== "tool");
    return caller && this.#ahead.reveal(caller.id);
  }

  /** @param {Place} place */
  async #show({ id, top }) {
    const { draw, state } = this.#page;
    const conversation = state.conversation?.id;
    this.release();
    draw();
    const shown = await this.#reveal(id);
    if (state.conversation?.id !== conversation) return;
    if (shown) this.#position.hold(shown, top);
    else if (shown === undefined) this.toEnd();
  }

  /** @returns {Place | null} of the message that the address names */
  #linked() {
    const id = LINKED.exec(location.hash)?.[1].toLowerCase();
    // The address is still that of the conversation before while another one is opened by the list.
    const isHere = location.pathname === `/c/${this.#page.state.conversation?.id}/`;
    if (id === undefined || !isHere) return null;
    if (!this.#page.state.isOnBranch(id)) return this.#missed();
    if (!this.#page.state.branch.some((each) => each.id === id))
      this.#page.branches.showMessage(id);
    return { id, top: TOP_PX };
  }

  /** Tells the reader that the message they came for is not here. @returns {null} */
  #missed() {
    showArrivalNotice(word("linked-gone"));
    return null;
  }

  #goToLinked() {
    dropArrivalNotice();
    const place = this.#linked();
    if (place) this.goTo(place.id);
  }

  /** @returns {Place | null} */
  #stored() {
    const place = this.#conversationId === null ? null : placeIn(this.#name);
    return place && this.#page.state.branch.some(({ id }) => id === place.id) ? place : null;
  }

  /** Stores the place in the conversation that is on the page. */
  #keep() {
    if (this.#conversationId === null) return;
    const first = this.#firstInView();
    const id = first?.dataset.messageId;
    const isKept = !this.#position.isAtEnd && first && id;
    keepPlace(this.#name, isKept ? { id, top: this.#position.topOf(first) } : null);
  }

  #firstInView() {
    const edge = this.#scroller.getBoundingClientRect().top;
    return this.#page.messages.elements.find((each) => each.getBoundingClientRect().bottom > edge);
  }

  get #name() {
    return `${this.#page.state.user.username}:${this.#conversationId}`;
  }
}

/** @returns {boolean} whether the page was loaded again, or by back and forward */
function isReturn() {
  const [entry] = performance.getEntriesByType("navigation");
  return /** @type {PerformanceNavigationTiming} */ (entry)?.type !== "navigate";
}
