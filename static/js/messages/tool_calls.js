/** The tool calls of an answer: a card for each, and the button that sends their results. */

import { CallCard, isWhole } from "#js/messages/call_card.js";
import { on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/records.js").Message} Message */

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

  /**
   * @param {{message: Message, isLast: boolean, isBusy: boolean, owner: string,
   *   results: Message[]}} view `results` of its calls
   */
  update({ message, isLast, isBusy, owner, results }) {
    const calls = message.tool_calls ?? [];
    const running = message.generation?.status === "running";
    setHidden(this.#root, calls.length === 0);
    while (this.#cards.length > calls.length) this.#cards.pop()?.element.remove();
    while (this.#cards.length < calls.length) this.#add();
    const cut = !running && isCut(message);
    const asks = isLast && !running && !cut && !message.pending;
    const fault = faultOf(message);
    for (const [index, call] of calls.entries()) {
      const result = results.find((each) => each.tool_call_id === call.id) ?? null;
      this.#cards[index].update(call, { running, asks, fault, result });
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
