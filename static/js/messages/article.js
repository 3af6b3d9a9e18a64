/** One message on the page, created from a template and updated. */

import { drawActions } from "#js/messages/answer_actions.js";
import { Choice } from "#js/messages/choice.js";
import { Editing } from "#js/messages/editing.js";
import { fold } from "#js/messages/folding.js";
import { markdownView } from "#js/messages/markdown_view.js";
import { drawTime, headingText } from "#js/messages/message_time.js";
import { outcomeOf } from "#js/messages/outcome.js";
import { placeText } from "#js/messages/place.js";
import { RatingNote } from "#js/messages/rating_note.js";
import { Reasoning } from "#js/messages/reasoning.js";
import { StructuredAnswer } from "#js/messages/structured_answer.js";
import { ToolCalls } from "#js/messages/tool_calls.js";
import { drawContent } from "#js/messages/user_content.js";
import { clone, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{message: Message, siblings: Message[], isLast: boolean, isBusy: boolean,
 *   branch: Message[], owner: string, results: Message[], isAlternative?: boolean}} View
 *   `siblings`: for an alternative all alternatives, `isBusy`: an answer is running, so no other can
 *   be requested, `owner`: the username, `results`: of the message's tool calls
 */

export class UserArticle {
  element = clone("user-message");
  editing = new Editing(this.element);

  /** @param {View} view */
  update({ message, siblings, isLast, isBusy }) {
    const name = part(this.element, "name").textContent;
    identify(this.element, message, name);
    drawTime(this.element, message);
    setText(part(this.element, "heading"), headingText(this.element, name));
    this.element.classList.toggle("is-last", isLast);
    const bubble = part(this.element, "content");
    fold(this.element, drawContent(bubble, message.content));
    setHidden(part(this.element, "unsent"), !message.unsent);
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
  note = new RatingNote(this.element);
  #choice = new Choice(this.element);
  #drawn = { content: "", running: true };

  /** @param {View} view */
  update(view) {
    const { message, siblings, isLast, isBusy } = view;
    const running = message.generation?.status === "running";
    identify(this.element, message, message.model ?? "");
    this.element.classList.toggle("is-last", isLast);
    this.element.setAttribute("aria-busy", String(running));
    drawTime(this.element, message);
    this.#choice.update(view);
    part(this.element, "actions").classList.toggle("is-busy", running);
    setText(part(this.element, "model-name"), message.model ?? "");
    this.#reasoning.update(message, running);
    const isStructured = this.#structured.update(view);
    setHidden(part(this.element, "content"), isStructured);
    if (!isStructured) this.#drawAnswer(message.content, running);
    this.calls.update(view);
    drawActions(this.element, message);
    this.note.update(message, view.owner);
    this.#drawWaiting(message, running);
    this.#drawNotices(message.generation?.notices ?? []);
    this.#drawOutcome(view);
    drawVersions(this.element, message, siblings, isBusy);
  }

  /** @returns {string} a message to the model about the faults of its JSON */
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
    // Text is drawn a frame later. Without either an answer would be shorter until then.
    const answer = part(this.element, "content");
    const isBlank = answer.hidden ? !message.content : !answer.hasChildNodes();
    const silent = isBlank && !message.reasoning_content && !message.tool_calls?.length;
    const place = (running && message.generation?.place) || null;
    const isHidden = !(running && silent) || place !== null || message.unsent === true;
    setHidden(part(this.element, "waiting"), isHidden);
    setHidden(part(this.element, "place"), place === null);
    setText(part(this.element, "place"), place === null ? "" : placeText(place));
  }

  /** @param {string[]} notices */
  #drawNotices(notices) {
    const line = part(this.element, "notices");
    setHidden(line, notices.length === 0);
    setText(line, notices.join(" "));
  }

  /** @param {View} view */
  #drawOutcome({ message, isLast, isBusy, isAlternative = false }) {
    const outcome = outcomeOf(message, isLast);
    const box = part(this.element, "outcome");
    setHidden(box, outcome === null);
    box.classList.toggle("is-failed", outcome?.failed ?? false);
    const sentence = outcome ? word(outcome.sentence, { reason: outcome.reason }) : "";
    setText(part(this.element, "outcome-text"), sentence);
    setHidden(part(this.element, "outcome-continue"), isBusy || outcome?.button !== "continue");
    setHidden(
      part(this.element, "outcome-regenerate"),
      isBusy || isAlternative || outcome?.button !== "regenerate",
    );
    setHidden(
      part(this.element, "outcome-regenerate-with"),
      part(this.element, "outcome-regenerate").hidden,
    );
    setHidden(part(this.element, "regenerate-split"), outcome?.button === "regenerate");
    part(this.element, "regenerate").disabled = isBusy;
    part(this.element, "regenerate-with").disabled = isBusy;
    setHidden(part(this.element, "copy"), message.content === "");
  }
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
  const number = siblings.findIndex((each) => each.id === message.id) + 1;
  setHidden(part(element, "versions"), siblings.length < 2);
  setText(part(element, "version"), `${number}/${siblings.length}`);
  part(element, "previous").disabled = isBusy || number <= 1;
  part(element, "next").disabled = isBusy || number >= siblings.length;
}
