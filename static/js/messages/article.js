/** One message on the page, drawn from a template and kept up to date. */

import { drawActions } from "#js/messages/answer_actions.js";
import { Editing } from "#js/messages/editing.js";
import { fold } from "#js/messages/folding.js";
import { markdownView } from "#js/messages/markdown_view.js";
import { outcomeOf } from "#js/messages/outcome.js";
import { Reasoning } from "#js/messages/reasoning.js";
import { StructuredAnswer } from "#js/messages/structured_answer.js";
import { ToolCalls } from "#js/messages/tool_calls.js";
import { clone, hide, part, write } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{message: Message, siblings: Message[], isLast: boolean, isBusy: boolean,
 *   branch: Message[], owner: string, isAlternative?: boolean}} View `siblings`: of an alternative
 *   the others, `isBusy`: an answer is being written on this page, so no other can be asked for,
 *   `owner`: the username of whose page it is
 */

export class UserArticle {
  element = clone("user-message");
  editing = new Editing(this.element);

  /** @param {View} view */
  update({ message, siblings, isLast, isBusy }) {
    identify(this.element, message, part(this.element, "name").textContent);
    this.element.classList.toggle("is-last", isLast);
    const bubble = part(this.element, "content");
    write(bubble, message.content);
    fold(this.element, message.content);
    part(this.element, "edit").disabled = isBusy;
    this.editing.update(isBusy);
    drawVersions(this.element, message, siblings, isBusy);
  }
}

export class AssistantArticle {
  element = clone("assistant-message");
  #answer = markdownView(part(this.element, "content"));
  #reasoning = new Reasoning(part(this.element, "reasoning"));
  #structured = new StructuredAnswer(part(this.element, "structured"));
  calls = new ToolCalls(part(this.element, "tool-calls"));
  #drawn = { content: "", running: true };

  /** @param {View} view */
  update(view) {
    const { message, siblings, isLast, isBusy } = view;
    const running = message.generation?.status === "running";
    identify(this.element, message, message.model ?? "");
    this.element.classList.toggle("is-last", isLast);
    this.element.setAttribute("aria-busy", String(running));
    drawHeading(part(this.element, "heading"), view);
    hide(part(this.element, "keep"), !view.isAlternative || running || message.pending === true);
    write(part(this.element, "model-name"), message.model ?? "");
    this.#reasoning.update(message, running);
    const isStructured = this.#structured.update(view);
    hide(part(this.element, "content"), isStructured);
    if (!isStructured) this.#drawAnswer(message.content, running);
    this.calls.update(view);
    drawActions(this.element, message);
    this.#drawWaiting(message, running);
    this.#drawNotices(message.generation?.notices ?? []);
    this.#drawOutcome(message, isLast, isBusy);
    drawVersions(this.element, message, siblings, isBusy);
  }

  /** @returns {string} what the model is told about the faults of its JSON */
  get complaint() {
    return this.#structured.complaint;
  }

  /** @param {string} content @param {boolean} running */
  #drawAnswer(content, running) {
    if (content === this.#drawn.content && running === this.#drawn.running) return;
    this.#drawn = { content, running };
    if (running) this.#answer.update(content);
    else this.#answer.finish(content);
  }

  /** @param {Message} message @param {boolean} running */
  #drawWaiting(message, running) {
    const silent = !message.content && !message.reasoning_content && !message.tool_calls?.length;
    hide(part(this.element, "waiting"), !(running && silent));
  }

  /** @param {string[]} notices */
  #drawNotices(notices) {
    const line = part(this.element, "notices");
    hide(line, notices.length === 0);
    write(line, notices.join(" "));
  }

  /** @param {Message} message @param {boolean} isLast @param {boolean} isBusy */
  #drawOutcome(message, isLast, isBusy) {
    const outcome = outcomeOf(message, isLast);
    const box = part(this.element, "outcome");
    hide(box, outcome === null);
    box.classList.toggle("is-failed", outcome?.failed ?? false);
    const sentence = outcome ? word(outcome.sentence, { reason: outcome.reason }) : "";
    write(part(this.element, "outcome-text"), sentence);
    hide(part(this.element, "outcome-continue"), isBusy || outcome?.button !== "continue");
    hide(part(this.element, "outcome-regenerate"), isBusy || outcome?.button !== "regenerate");
    hide(part(this.element, "regenerate"), outcome?.button === "regenerate");
    part(this.element, "regenerate").disabled = isBusy;
    hide(part(this.element, "copy"), message.content === "");
  }
}

/**
 * Side by side, answers are told apart by their model, and those of one model by their number.
 *
 * @param {HTMLElement} heading
 * @param {View} view
 */
function drawHeading(heading, { message, siblings, isAlternative = false }) {
  const model = message.model ?? "";
  const isOnly = siblings.filter((each) => each.model === message.model).length === 1;
  const place = siblings.findIndex((each) => each.id === message.id) + 1;
  heading.classList.toggle("visually-hidden", !isAlternative);
  write(heading, isAlternative && !isOnly ? word("answer-of", { model, place }) : model);
}

/** @param {HTMLElement} element @param {Message} message @param {string} name */
function identify(element, message, name) {
  element.setAttribute("aria-label", name);
  if (message.pending) delete element.dataset.messageId;
  else element.dataset.messageId = message.id;
}

/**
 * @param {HTMLElement} element
 * @param {Message} message
 * @param {Message[]} siblings
 * @param {boolean} isBusy
 */
function drawVersions(element, message, siblings, isBusy) {
  const place = siblings.findIndex((each) => each.id === message.id) + 1;
  hide(part(element, "versions"), siblings.length < 2);
  write(part(element, "version"), `${place}/${siblings.length}`);
  part(element, "previous").disabled = isBusy || place <= 1;
  part(element, "next").disabled = isBusy || place >= siblings.length;
}
