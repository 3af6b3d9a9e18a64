/**
 * What the page shows, as docs/protocol.md describes it, and how it changes. Everything on the
 * page is drawn from here; each change is announced with a `changed` event, and the end of an
 * answer on the page with `finished` {cause}.
 *
 * @typedef {import("#js/transcript.js").Generation} Generation
 * @typedef {import("#js/transcript.js").Transcript} Transcript
 * @typedef {import("#js/socket.js").Frame} Frame
 *
 * @typedef {object} Message the MESSAGE of docs/protocol.md
 * @property {string} id
 * @property {string | null} parent_id
 * @property {"user" | "assistant" | "tool"} role
 * @property {string} content
 * @property {string} [reasoning_content]
 * @property {number | null} [reasoning_ms]
 * @property {import("#js/transcript.js").ToolCall[] | null} [tool_calls]
 * @property {string | null} [tool_call_id]
 * @property {Record<string, any> | null} [response_format] as the answer was asked for
 * @property {{value: 1 | -1, note: string} | null} [rating]
 * @property {string | null} model
 * @property {string | null} [finish_reason]
 * @property {number} [choice]
 * @property {Generation | null} generation
 * @property {boolean} [pending] drawn before the site has answered
 *
 * @typedef {{name: string, notes: string, announcement?: string, paused?: boolean}} Model
 * @typedef {{id: string, title: string, updated_at: string}} Listed
 * @typedef {{id: string, title: string, version: number, model: string | null,
 *   head_id: string | null, updated_at: string, notice?: string | null,
 *   parameters?: Record<string, any>, system_message?: string}} Conversation
 * @typedef {{id: number, kind: "schema" | "tool", name: string,
 *   definition: Record<string, any>}} Definition
 */

import { pendingBranch } from "#js/pending.js";
import { apply, start, told } from "#js/transcript.js";
import { branchTo, leafUnder, siblingsOf } from "#js/tree.js";

const LAST_MODEL = "model";

export class State extends EventTarget {
  /** @type {Map<string, {transcript: Transcript, seq: number}>} */
  #running = new Map();
  /** @type {Map<string, Message>} */
  #messages = new Map();
  /** @type {string | null} */
  #headId = null;
  /** @type {string | null} */
  #chosenModel = null;
  /** @type {Frame | null} the turn that was asked for and not yet answered */
  pending = null;
  /** @type {Conversation | null} */
  conversation = null;
  /** @type {Listed[]} */
  conversations = [];

  /** @param {any} initial the state that the site wrote into the page */
  constructor(initial) {
    super();
    /** @type {{name: string, release: string}} */
    this.site = initial.site;
    /** @type {{username: string, is_staff: boolean}} */
    this.user = initial.user;
    /** @type {Model[]} */
    this.models = initial.models;
    /** @type {string | null} why there is no model to talk to */
    this.notice = initial.notice;
    /** @type {import("#js/quota.js").Standing[]} */
    this.quota = initial.quota;
    /** @type {Definition[]} the schemas and tools that the person keeps */
    this.definitions = initial.definitions ?? [];
    this.conversations = initial.conversations;
    this.show(initial.conversation, initial.messages);
  }

  // Reading

  /** @returns {Message[]} the messages on the page, from the first to the last */
  get branch() {
    const branch = branchTo(this.#messages, this.#headId);
    return this.pending ? pendingBranch(branch, this.pending) : branch;
  }

  /** @returns {string | null} the message that the next one answers to */
  get headId() {
    return this.#headId;
  }

  /** @returns {Generation | null} what is being written at the end of the page */
  get generation() {
    const generation = this.branch.at(-1)?.generation;
    return generation?.status === "running" ? generation : null;
  }

  /** @returns {Map<string, number>} the running generations with the last event the page has */
  get running() {
    return new Map([...this.#running].map(([id, { seq }]) => [id, seq]));
  }

  /** @param {string} id @returns {Message | undefined} */
  message(id) {
    return this.#messages.get(id);
  }

  /** @param {Message} message @returns {Message[]} */
  siblings(message) {
    return message.pending ? [message] : siblingsOf(this.#messages, message);
  }

  /** @returns {Message | undefined} */
  get lastAnswer() {
    return this.branch.findLast((message) => message.role === "assistant" && !message.pending);
  }

  /** @returns {string | null} the name of the model that answers next; null when there is none */
  get model() {
    const wanted = [this.#chosenModel, this.conversation?.model, lastChosenModel()];
    const names = this.models.map(({ name }) => name);
    return wanted.find((name) => name && names.includes(name)) ?? names[0] ?? null;
  }

  /** @returns {Record<string, any>} what goes with the next turn */
  get parameters() {
    return this.conversation?.parameters ?? {};
  }

  // Changing

  /**
   * Shows another conversation, or a new one.
   *
   * @param {Conversation | null} conversation
   * @param {Message[]} messages
   */
  show(conversation, messages) {
    this.conversation = conversation;
    this.pending = null;
    this.#chosenModel = null;
    this.#headId = conversation?.head_id ?? null;
    this.#messages.clear();
    this.#running.clear();
    for (const message of messages) this.#keep(message);
    this.#changed();
  }

  /** @param {Frame} frame a turn that is drawn before the site has answered */
  begin(frame) {
    this.pending = frame;
    this.#changed();
  }

  /** The site refused the pending turn. */
  abandon() {
    this.pending = null;
    this.#changed();
  }

  /**
   * Takes over what the site says has changed: a `turn.started` or a `conversation.changed`.
   *
   * @param {Frame} frame
   */
  merge(frame) {
    const answered = this.pending !== null && frame.request_id === this.pending.request_id;
    const followsHead = answered || this.#headId === (this.conversation?.head_id ?? null);
    if (answered) this.pending = null;
    if (followsHead) this.#headId = frame.conversation.head_id;
    this.conversation = frame.conversation;
    for (const message of frame.messages) this.#keep(message);
    this.list(frame.conversation);
  }

  /**
   * Adds the events of a generation to its messages.
   *
   * @param {Frame} frame
   */
  receive({ generation_id, seq, events }) {
    const running = this.#running.get(generation_id);
    if (!running) return;
    const known = running.seq - (seq - events.length);
    for (const event of events.slice(Math.max(0, known))) apply(running.transcript, event);
    running.seq = Math.max(running.seq, seq);
    for (const message of this.#messagesOf(generation_id)) {
      this.#messages.set(message.id, told(message, running));
    }
    if (running.transcript.cause) this.#ended(generation_id, running.transcript.cause);
    this.#changed();
  }

  /**
   * Shows the branch through an earlier or a later try at a message.
   *
   * @param {string} id
   * @param {-1 | 1} by
   */
  step(id, by) {
    const message = this.#messages.get(id);
    if (!message) return;
    const siblings = this.siblings(message);
    const place = siblings.findIndex((each) => each.id === id) + by;
    if (!siblings[place]) return;
    this.#headId = leafUnder(this.#messages, siblings[place].id);
    this.#changed();
  }

  /** @param {string} name of the model that answers from here on */
  chooseModel(name) {
    this.#chosenModel = name;
    localStorage.setItem(LAST_MODEL, name);
    this.#changed();
  }

  /**
   * Takes over which models there are now.
   *
   * @param {{models: Model[], notice: string | null}} offered
   */
  offer({ models, notice }) {
    this.models = models;
    this.notice = notice;
    this.#changed();
  }

  /** @param {import("#js/quota.js").Standing[]} quota how the person's limits stand now */
  limit(quota) {
    this.quota = quota;
    this.#changed();
  }

  /** @param {{definitions: Definition[]}} kept what the person keeps now */
  keep({ definitions }) {
    this.definitions = definitions;
    this.#changed();
  }

  /** @param {Listed} listed belongs at its place in the list of conversations */
  list({ id, title, updated_at }) {
    const others = this.conversations.filter((each) => each.id !== id);
    this.conversations = [{ id, title, updated_at }, ...others].sort(newestFirst);
    this.#changed();
  }

  /** @param {Listed[]} older */
  listOlder(older) {
    const known = new Set(this.conversations.map((each) => each.id));
    this.conversations = [...this.conversations, ...older.filter((each) => !known.has(each.id))];
    this.#changed();
  }

  /** @param {string} id of a conversation that is no more */
  unlist(id) {
    this.conversations = this.conversations.filter((each) => each.id !== id);
    this.#changed();
  }

  // Internal

  /** @param {Message} message */
  #keep(message) {
    const { generation } = message;
    const running = generation && this.#running.get(generation.id);
    if (generation?.status === "running") {
      // The events already applied are newer than what a frame made earlier says of the text.
      if (running && this.#messages.has(message.id)) return;
      this.#messages.set(message.id, message);
      this.#track(generation);
      return;
    }
    this.#messages.set(message.id, message);
    if (running) this.#ended(generation.id, generation.status);
  }

  /** @param {Generation} generation */
  #track({ id, seq }) {
    this.#running.set(id, { transcript: start(this.#messagesOf(id)), seq });
  }

  /** @param {string} generationId @returns {Message[]} */
  #messagesOf(generationId) {
    return [...this.#messages.values()].filter((each) => each.generation?.id === generationId);
  }

  /** @param {string} generationId @param {string} cause */
  #ended(generationId, cause) {
    this.#running.delete(generationId);
    const shown = this.branch.some((each) => each.generation?.id === generationId);
    if (shown) this.dispatchEvent(new CustomEvent("finished", { detail: { cause } }));
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("changed"));
  }
}

/** @returns {string | null} */
function lastChosenModel() {
  return localStorage.getItem(LAST_MODEL);
}

/** @param {Listed} one @param {Listed} other @returns {number} */
function newestFirst(one, other) {
  return Date.parse(other.updated_at) - Date.parse(one.updated_at);
}
