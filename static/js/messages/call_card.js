/** The card of one tool call: its name, arguments and result, and the form for the result. */

import { isJson, JsonText } from "#js/messages/json_text.js";
import { draft } from "#js/state/drafts.js";
import { clone, on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/state/transcript.js").ToolCall} ToolCall
 * @typedef {{running: boolean, asks: boolean, fault: "cut" | "damaged", result: Message | null}}
 *   CallView `asks`: the user has to answer it, `fault`: why it is not complete if it is not
 */

// More than fits into a line.
const SHORT_CHARACTERS = 200;

export class CallCard {
  element = clone("tool-call");
  #arguments = new JsonText(part(this.element, "arguments"));
  #result = new JsonText(part(this.element, "result"));
  /** @type {[ToolCall, CallView] | null} */
  #shown = null;
  /** @type {boolean | null} whether it was open when the page last decided */
  #opened = null;
  /** @type {import("#js/state/drafts.js").Draft | null} */
  #draft = null;
  id = "";

  constructor() {
    // What is folded is drawn when it is opened: a result can be long.
    on(this.element, "toggle", () => this.#drawContent());
    on(part(this.element, "decline"), "change", () => this.#drawState());
  }

  /** @param {ToolCall} call @param {CallView} view */
  update(call, view) {
    this.id = call.id;
    this.#shown = [call, view];
    const name = call.function.name;
    setText(part(this.element, "tool-name"), name);
    setText(part(this.element, "short"), shortened(call.function.arguments));
    part(this.element, "answer").setAttribute("aria-label", word("call-answer", { name }));
    part(this.element, "result").setAttribute("aria-label", word("tool-answer", { name }));
    part(this.element, "reply").hidden = !view.asks;
    this.#fold(view);
    this.#drawState();
    this.#drawContent();
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

  // Internal

  /**
   * Opens the card while it is written or needs the user, and folds it when it has its result. In
   * between it stays as the user left it.
   *
   * @param {CallView} view
   */
  #fold({ running, asks, result }) {
    const isOpen = !result && (running || asks || this.#isFaulty);
    if (isOpen === this.#opened) return;
    this.#opened = isOpen;
    /** @type {any} */ (this.element).open = isOpen;
  }

  get #isFaulty() {
    return this.#shown !== null && !isWhole(this.#shown[0]);
  }

  #drawState() {
    if (!this.#shown) return;
    const state = this.#stateOf(...this.#shown);
    setText(part(this.element, "state"), word(`call-state-${state}`));
    if (this.element.dataset.state !== state) this.element.dataset.state = state;
    part(this.element, "answer").disabled = part(this.element, "decline").checked;
  }

  /** @param {ToolCall} call @param {CallView} view @returns {string} */
  #stateOf(call, { running, asks, fault, result }) {
    if (result) return result.content === word("call-declined") ? "declined" : "done";
    if (!isWhole(call)) return running ? "running" : fault;
    if (asks && part(this.element, "decline").checked) return "declined";
    return running ? "running" : "asks";
  }

  #drawContent() {
    if (!this.#shown || !(/** @type {any} */ (this.element).open)) return;
    const [call, { running, fault, result }] = this.#shown;
    const text = call.function.arguments;
    const isDamaged = fault === "damaged" && !running && !isWhole(call);
    setHidden(part(this.element, "arguments-box"), isEmpty(text));
    this.#arguments.update(text, !isDamaged);
    setHidden(part(this.element, "result-box"), result === null);
    if (result) this.#result.update(result.content, isJson(result.content));
    if (result && !result.pending) part(this.element, "result-box").dataset.messageId = result.id;
  }
}

/** @param {string} text @returns {string} in one line */
function shortened(text) {
  const line = text.slice(0, SHORT_CHARACTERS).replace(/\s+/g, " ").trim();
  return isEmpty(line) ? "" : line;
}

/** @param {string} text @returns {boolean} whether it names no argument */
function isEmpty(text) {
  return /^\s*(\{\s*\})?\s*$/.test(text);
}

/** @param {ToolCall} call @returns {boolean} whether it is complete */
export function isWhole(call) {
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
