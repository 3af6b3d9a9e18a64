/** One of several answers side by side: its name and state, what it took, and the buttons. */

import { Figures } from "#js/messages/figures.js";
import { headingText } from "#js/messages/message_time.js";
import { hasFailed } from "#js/state/tree.js";
import { part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/records.js").Message} Message */

export class Choice {
  #article;
  #figures;

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    this.#figures = new Figures(part(article, "figures"));
  }

  /**
   * @param {{message: Message, siblings: Message[], isBusy: boolean, isAlternative?: boolean}} view
   */
  update({ message, siblings, isBusy, isAlternative = false }) {
    const isOpen = isAlternative && !message.pending && message.generation?.status !== "running";
    const failed = hasFailed(message);
    part(this.#article, "heading").classList.toggle("visually-hidden", !isAlternative);
    const name = choiceName(message, isAlternative ? siblings : []);
    const heading = isAlternative ? name : headingText(this.#article, name);
    setText(part(this.#article, "heading"), heading);
    setHidden(part(this.#article, "choice-state"), !isAlternative);
    setText(part(this.#article, "choice-state"), stateText(message));
    part(this.#article, "choice-state").classList.toggle("is-failed", failed);
    setHidden(part(this.#article, "keep"), !isOpen || failed);
    setHidden(part(this.#article, "try-again"), !isOpen || !failed);
    part(this.#article, "try-again").disabled = isBusy;
    // A card scrolls, so the keyboard has to reach it.
    if (isAlternative) part(this.#article, "body").tabIndex = 0;
    else part(this.#article, "body").removeAttribute("tabindex");
    const isAlone = !siblings.some((each) => isOfSameGeneration(each, message));
    this.#figures.update(isAlternative && isAlone ? message : null);
  }
}

/** @param {Message} one @param {Message} other */
function isOfSameGeneration(one, other) {
  return one.id !== other.id && one.generation?.id === other.generation?.id;
}

/**
 * The model of an answer, with a number if it gave several of those side by side.
 *
 * @param {Message} message
 * @param {Message[]} beside all answers side by side
 * @returns {string}
 */
export function choiceName(message, beside) {
  const model = message.model ?? "";
  const own = beside.filter((each) => each.model === message.model);
  if (own.length < 2) return model;
  return word("answer-of", { model, number: own.indexOf(message) + 1 });
}

/** @param {Message} message @returns {string} "Answering", "Done", "Failed" */
export function stateText({ generation }) {
  const status = generation?.status ?? "completed";
  if (status === "running") return word("answering");
  return word(status === "completed" ? "choice-done" : status);
}
