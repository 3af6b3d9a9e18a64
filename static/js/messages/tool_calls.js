/** The tool calls of an answer: a card for each, with a form for the user's result. */

import { pretty } from "#js/json/pretty.js";
import { JsonReader } from "#js/json/reader.js";
import { draft } from "#js/state/drafts.js";
import { clone, on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/state/transcript.js").ToolCall} ToolCall
 */

export class ToolCalls {
  #root;
  /** @type {CallCard[]} */
  #cards = [];

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    on(root, "input", () => this.#drawSend());
    on(root, "change", () => this.#drawSend());
  }

  /** @param {{message: Message, isLast: boolean, isBusy: boolean, owner: string}} view */
  update({ message, isLast, isBusy, owner }) {
    const calls = message.tool_calls ?? [];
    const running = message.generation?.status === "running";
    setHidden(this.#root, calls.length === 0);
    while (this.#cards.length > calls.length) this.#cards.pop()?.element.remove();
    while (this.#cards.length < calls.length) this.#add();
    const cut = !running && isCut(message);
    const asks = isLast && !running && !cut && !message.pending;
    const fault = faultOf(message);
    for (const [index, call] of calls.entries()) {
      this.#cards[index].update(call, { running, asks, fault });
    }
    if (asks) for (const card of this.#cards) card.storeDraft(`${owner}:tool:${message.id}`);
    setText(part(this.#root, "cut-sentence"), word(`calls-${fault}`));
    // Any other ending is shown below the answer.
    setHidden(
      part(this.#root, "cut"),
      !(cut && isLast && message.generation?.status === "completed"),
    );
    part(this.#root, "ask-again").disabled = isBusy;
    setHidden(part(this.#root, "foot"), !asks);
    this.#drawSend();
  }

  /** @returns {Record<string, string> | null} the results by call; null while one is missing */
  get answers() {
    const answers = this.#cards.map((card) => [card.id, card.answer]);
    return answers.every(([, answer]) => answer !== null) ? Object.fromEntries(answers) : null;
  }

  /** Deletes the drafts, once the results are sent. */
  clearDrafts() {
    for (const card of this.#cards) card.clearDraft();
  }

  #add() {
    const card = new CallCard();
    this.#cards.push(card);
    part(this.#root, "cards").append(card.element);
  }

  #drawSend() {
    part(this.#root, "send-answers").disabled = this.answers === null;
  }
}

class CallCard {
  element = clone("tool-call");
  #reader = new JsonReader();
  #drawn = "";
  #isDamaged = false;
  /** @type {import("#js/state/drafts.js").Draft | null} */
  #draft = null;
  id = "";

  /**
   * @param {ToolCall} call
   * @param {{running: boolean, asks: boolean, fault: "cut" | "damaged"}} view
   */
  update(call, { running, asks, fault }) {
    this.id = call.id;
    const name = call.function.name;
    setText(part(this.element, "tool-name"), name);
    part(this.element, "answer").setAttribute("aria-label", word("call-answer", { name }));
    const isDamaged = fault === "damaged" && !running && !isWhole(call);
    this.#drawArguments(call.function.arguments, isDamaged);
    setText(part(this.element, "fault"), word(`call-${fault}`));
    part(this.element, "fault").hidden = running || isWhole(call);
    part(this.element, "reply").hidden = !asks;
    part(this.element, "answer").disabled = part(this.element, "decline").checked;
    this.element.toggleAttribute("data-running", running && !isWhole(call));
  }

  /** @param {string} key of the drafts of this message; the id of the call is added */
  storeDraft(key) {
    if (this.#draft) return;
    this.#draft = draft(`${key}:${this.id}`);
    const box = part(this.element, "answer");
    box.value = this.#draft.load();
    on(box, "input", () => this.#draft?.save(box.value));
  }

  clearDraft() {
    this.#draft?.clear();
  }

  /** @returns {string | null} the result for the model; null while there is none */
  get answer() {
    if (part(this.element, "decline").checked) return word("call-declined");
    return part(this.element, "answer").value.trim() || null;
  }

  /** @param {string} text @param {boolean} isDamaged shown as it is, as it is no JSON */
  #drawArguments(text, isDamaged) {
    if (text === this.#drawn && text !== "" && isDamaged === this.#isDamaged) return;
    if (!text.startsWith(this.#drawn)) this.#reader = new JsonReader();
    this.#drawn = text;
    this.#isDamaged = isDamaged;
    this.#reader.update(text);
    const { root, isTooDeep } = this.#reader;
    const isEmpty = text.trim() === "" || (root && !root.open && root.entries.length === 0);
    part(this.element, "arguments-box").hidden = Boolean(isEmpty);
    part(this.element, "arguments").textContent =
      root && !isTooDeep && !isDamaged ? pretty(root) : text;
  }
}

/**
 * @param {Message} message
 * @returns {"cut" | "damaged"} why a call of it is not complete: the answer ended before, or it
 *   ended properly and the server sent pieces that make no call
 */
function faultOf({ generation, finish_reason }) {
  const ended = !generation || generation.status === "completed";
  return ended && finish_reason !== "length" ? "damaged" : "cut";
}

/** @param {Message} message @returns {boolean} whether a call of the message is not complete */
export function isCut({ tool_calls }) {
  return (tool_calls ?? []).some((call) => !isWhole(call));
}

/** @param {ToolCall} call @returns {boolean} whether it is complete */
function isWhole(call) {
  if (!call.id || !call.function.name) return false;
  // Some servers send no arguments for a function without parameters.
  if (call.function.arguments.trim() === "") return true;
  try {
    JSON.parse(call.function.arguments);
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {Message[]} branch
 * @returns {boolean} whether the conversation waits for results of tool calls
 */
export function waitsForAnswers(branch) {
  const last = branch.at(-1);
  return Boolean(last?.tool_calls?.length && last.tool_calls.every(isWhole));
}

/**
 * @param {Message[]} branch
 * @param {Message} message a tool's
 * @returns {string} the name of the function that was called
 */
export function nameOfCalled(branch, message) {
  const calls = branch.flatMap((each) => each.tool_calls ?? []);
  const call = calls.findLast((each) => each.id === message.tool_call_id);
  return call?.function.name ?? word("tool");
}
