/**
 * The log: the messages of the branch on the page. Each has one element, which is updated; of a long
 * conversation those near the reader.
 */

import { Alternatives } from "#js/messages/alternatives.js";
import { AssistantArticle, UserArticle } from "#js/messages/article.js";
import { focusedButton, restoreFocus } from "#js/messages/focus.js";
import { LogWindow } from "#js/messages/log_window.js";
import { ToolArticle } from "#js/messages/tool_article.js";
import { resultsByCaller } from "#js/messages/tool_results.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone } from "#js/ui/markup.js";

/**
 * @typedef {import("#js/messages/article.js").View} View
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/state/state.js").State} State
 * @typedef {{action: string, id: string, button: HTMLElement | null, article?: any}} Pressed a
 *   button of the message `id`: its `data-action`, and the article that it belongs to
 */

const COPIED_FOR_MS = 1_500;
const ARTICLES = { user: UserArticle, assistant: AssistantArticle, tool: ToolArticle };

/** @extends {Emitter<import("#js/events.js").MessagesEvents>} */
export class Messages extends Emitter {
  #log;
  /** @type {State | null} the state that was drawn last */
  #state = null;
  /** @type {Map<string, UserArticle | AssistantArticle | ToolArticle>} */
  #articles = new Map();
  /** @type {Map<string, View>} the view that each of them shows */
  #drawn = new Map();
  #alternatives = new Alternatives();
  window = new LogWindow();

  /** @param {HTMLElement} log */
  constructor(log) {
    super();
    this.#log = log;
    log.append(this.window.above, this.window.below);
    log.addEventListener("click", (event) => this.#pressed(event));
  }

  /** @param {State} state */
  draw(state) {
    this.#state = state;
    const isBusy = state.generation !== null;
    const focused = focusedButton(this.#log);
    this.#log.setAttribute("aria-busy", String(isBusy));
    const results = resultsByCaller(state.branch);
    const inCards = new Set([...results.values()].flat());
    const isArticle = (/** @type {Message} */ each) =>
      !inCards.has(each) && !(each.unloaded && each.role === "tool");
    this.window.fit(state.branch.filter(isArticle), (id) => this.#drawn.has(id));
    this.#drawAll(state, results);
    this.window.drawSpaces();
    if (focused && !restoreFocus(this.#log, focused)) this.emit("focus-lost");
    if (this.#isEmpty(state)) this.emit("empty");
  }

  /** Draws the state again where the window has moved. */
  redraw() {
    if (this.#state) this.draw(this.#state);
  }

  /** @param {string} id of a message of the user to edit, unless an answer is running */
  edit(id) {
    const button = this.element(id)?.querySelector('[data-action="edit"]');
    /** @type {HTMLElement | null | undefined} */ (button)?.click();
  }

  /** @param {string} id @returns {HTMLElement | undefined} of a message that is drawn */
  element(id) {
    return this.#articles.get(id)?.element;
  }

  /** @returns {HTMLElement[]} the elements of the branch that are drawn, in order */
  get elements() {
    const { branch, from, to } = this.window;
    return branch.slice(from, to).flatMap(({ id }) => this.element(id) ?? []);
  }

  /** @returns {HTMLElement} the element of several answers, where the page shows some */
  get alternatives() {
    return this.#alternatives.element;
  }

  // Internal

  /** @param {State} state @returns {boolean} */
  #isEmpty({ branch }) {
    return branch.length > 0 && this.window.from === this.window.to;
  }

  /** @param {State} state @param {Map<string, Message[]>} results of tool calls */
  #drawAll(state, results) {
    const { from, to, isAtEnd } = this.window;
    const { branch, generation, user } = state;
    const shared = { isBusy: generation !== null, branch, owner: user.username };
    const articles = this.window.branch.slice(from, to);
    const alternatives = isAtEnd ? state.alternatives : [];
    this.#keepOnly([...articles, ...alternatives]);
    articles.forEach((message, index) => {
      const place = { siblings: state.siblings(message), isLast: message === branch.at(-1) };
      const view = { message, ...place, ...shared, results: results.get(message.id) ?? [] };
      // The first child is the space above.
      this.#put(this.#elementOf(view), index + 1);
    });
    this.#drawAlternatives(alternatives, shared);
  }

  /** @param {Message[]} shown */
  #keepOnly(shown) {
    this.#adopt(shown);
    this.#removeAllBut(new Set(shown.map((message) => message.id)));
  }

  /** @param {Message[]} alternatives @param {Pick<View, "isBusy" | "branch" | "owner">} shared */
  #drawAlternatives(alternatives, shared) {
    const place = { siblings: alternatives, isLast: true, isAlternative: true, results: [] };
    const views = alternatives.map((message) => ({ message, ...place, ...shared }));
    const elements = views.map((view) => this.#elementOf(view));
    if (alternatives.length === 0) return this.#alternatives.remove();
    this.#alternatives.draw(alternatives, elements);
    this.#put(this.#alternatives.element, this.window.to - this.window.from + 1);
  }

  /** @param {View} view @returns {HTMLElement} */
  #elementOf(view) {
    const article = this.#articleOf(view.message);
    const { id } = view.message;
    if (!isSame(view, this.#drawn.get(id))) article.update(view);
    this.#drawn.set(id, view);
    return article.element;
  }

  /** @param {Message} message */
  #articleOf(message) {
    const known = this.#articles.get(message.id);
    if (known) return known;
    const article = new ARTICLES[message.role]();
    this.#articles.set(message.id, article);
    return article;
  }

  /**
   * Gives the elements of pending messages to the stored ones: with another element the log would
   * become shorter for a moment, and a screen reader would lose its place.
   *
   * @param {Message[]} shown
   */
  #adopt(shown) {
    const ids = new Set(shown.map(({ id }) => id));
    const gone = [...this.#drawn.values()].filter(({ message }) => !ids.has(message.id));
    const pending = gone.map(({ message }) => message).filter((each) => each.pending);
    for (const message of shown.filter(({ id }) => !this.#articles.has(id))) {
      const index = pending.findIndex(({ role }) => role === message.role);
      if (index >= 0) this.#rename(pending.splice(index, 1)[0].id, message.id);
    }
  }

  /** @param {string} from @param {string} to */
  #rename(from, to) {
    const article = this.#articles.get(from);
    if (article) this.#articles.set(to, article);
    this.#articles.delete(from);
    this.#drawn.delete(from);
  }

  /** @param {HTMLElement} element @param {number} index */
  #put(element, index) {
    const current = this.#log.children[index];
    if (current !== element) this.#log.insertBefore(element, current ?? null);
  }

  /** @param {Set<string>} ids */
  #removeAllBut(ids) {
    for (const [id, article] of this.#articles) {
      if (ids.has(id)) continue;
      article.element.remove();
      this.#articles.delete(id);
      this.#drawn.delete(id);
    }
  }

  /** @param {Event} event */
  #pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-action]"));
    const article = button?.closest("article");
    if (!button || !article?.dataset.messageId) return;
    const id = article.dataset.messageId;
    const action = button.dataset.action ?? "";
    this.emit("action", { action, id, button, article: this.#articles.get(id) });
  }
}

/**
 * Whether two views look the same. A message that changes is another object; of its siblings only
 * their number and order are shown, and of its branch only the messages before it.
 *
 * @param {View} view
 * @param {View | undefined} other
 * @returns {boolean}
 */
function isSame(view, other) {
  return (
    view.message === other?.message &&
    view.isLast === other.isLast &&
    view.isBusy === other.isBusy &&
    view.isAlternative === other.isAlternative &&
    areSame(view.results, other.results) &&
    view.siblings.length === other.siblings.length &&
    view.siblings.every(({ id }, index) => id === other.siblings[index].id)
  );
}

/** @param {unknown[]} some @param {unknown[]} others @returns {boolean} */
function areSame(some, others) {
  return some.length === others.length && some.every((each, index) => each === others[index]);
}

/**
 * Shows on the button for a moment that the text was copied.
 *
 * @param {HTMLElement} button
 */
export function showCopied(button) {
  const icon = button.querySelector("svg");
  if (!icon || button.querySelector("[data-copied]")) return;
  const done = clone("copied-icon");
  done.dataset.copied = "";
  icon.replaceWith(done);
  setTimeout(() => done.replaceWith(icon), COPIED_FOR_MS);
}
