/**
 * The answers of one turn at the end of the log, until the user keeps one: cards side by side that
 * scroll within their height, or one at a time under tabs where there is no room for two.
 */

import { AnswerTabs } from "#js/messages/answer_tabs.js";
import { Figures } from "#js/messages/figures.js";
import { hasFailed } from "#js/state/tree.js";
import { clone, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/records.js").Message} Message */

/** The width from which so many cards are read side by side. */
const WIDTHS_PX = /** @type {const} */ ([
  [4, 1344],
  [3, 928],
  [2, 560],
]);

export class Alternatives {
  element = clone("alternatives");
  #panels = part(this.element, "panels");
  #tabs = new AnswerTabs(part(this.element, "tabs"), (index) => this.#choose(index));
  #figures = new Figures(part(this.element, "together-figures"));
  /** @type {Message[]} */
  #messages = [];
  #chosen = 0;
  #width = 0;
  #arranged = "";

  constructor() {
    new ResizeObserver(([{ contentRect }]) => this.#fit(contentRect.width)).observe(this.element);
  }

  /** @param {Message[]} messages @param {HTMLElement[]} articles of the messages */
  draw(messages, articles) {
    this.#messages = messages;
    this.element.style.setProperty("--answers", String(articles.length));
    this.element.classList.toggle("has-failed", messages.every(isReasonAlone));
    while (this.#panels.children.length > articles.length) this.#panels.lastChild.remove();
    while (this.#panels.children.length < articles.length) this.#panels.append(panel());
    articles.forEach((article, index) => {
      const place = this.#panels.children[index];
      if (article.parentElement !== place) place.replaceChildren(article);
    });
    this.#chosen = Math.min(this.#chosen, messages.length - 1);
    this.#drawTogether();
    this.#arrange();
  }

  /** Takes the answers off the page. */
  remove() {
    if (!this.element.isConnected) return;
    this.element.remove();
    this.#panels.replaceChildren();
    this.#chosen = 0;
    this.#arranged = "";
  }

  // Internal

  /** Choices of one generation differ in nothing but their texts: it has one sum for all. */
  #drawTogether() {
    const [first, second] = this.#messages;
    const isOne = first.generation?.id === second?.generation?.id;
    const hasEnded = isOne && first.generation?.status !== "running";
    setHidden(part(this.element, "together"), !hasEnded);
    const count = this.#messages.length;
    setText(part(this.element, "together-text"), word("figures-together", { count }));
    this.#figures.update(hasEnded ? first : null);
  }

  /** @param {number} width of the group; 0 while it is not on the page */
  #fit(width) {
    this.#width = width || this.#width;
    if (width) this.#arrange();
  }

  /** The number of cards in a row: an observer tells the width, since a container query would lay
   * out the log in the middle of a change, where Safari then moves it. */
  get #columns() {
    const count = this.#messages.length;
    // Four in two rows are better than three and one.
    const fits = WIDTHS_PX.find(([columns, width]) => this.#width >= width && columns <= count);
    const columns = fits?.[0] ?? 1;
    return columns === 3 && count !== 3 ? 2 : columns;
  }

  /** @param {number} index */
  #choose(index) {
    this.#chosen = index;
    this.#arrange();
    // Each answer is read from its beginning, however far down in the one before the reader was.
    const tabs = part(this.element, "tabs").getBoundingClientRect();
    const isScrolled = tabs.top > this.element.getBoundingClientRect().top + 1;
    if (isScrolled) this.element.scrollIntoView({ block: "start" });
  }

  #arrange() {
    const states = this.#messages.map(({ id, generation }) => [id, generation?.status]);
    const columns = this.#columns;
    const arranged = JSON.stringify([columns, this.#chosen, states]);
    if (arranged === this.#arranged) return;
    this.#arranged = arranged;
    const areTabs = columns === 1;
    this.element.dataset.columns = String(columns);
    this.element.style.setProperty("--columns", String(columns));
    setHidden(part(this.element, "tabs"), !areTabs);
    this.#tabs.draw(this.#messages, this.#chosen);
    [...this.#panels.children].forEach((place, index) => {
      place.id = `answer-panel-${index}`;
      place.hidden = areTabs && index !== this.#chosen;
      drawRole(place, areTabs ? `answer-tab-${index}` : null);
    });
  }
}

/** @param {Message} message @returns {boolean} whether its card shows why it failed and no more */
function isReasonAlone(message) {
  return hasFailed(message) && !message.content && !message.reasoning_content;
}

function panel() {
  const place = document.createElement("div");
  place.className = "answer-panel";
  return place;
}

/** @param {Element} place of an answer @param {string | null} tab the id of its tab, if it has one */
function drawRole(place, tab) {
  if (tab) place.setAttribute("role", "tabpanel");
  else place.removeAttribute("role");
  if (tab) place.setAttribute("aria-labelledby", tab);
  else place.removeAttribute("aria-labelledby");
}
