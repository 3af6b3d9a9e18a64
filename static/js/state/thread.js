/**
 * The messages of a conversation, as the site sends them and as their generations extend them.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/state/transcript.js").Generation} Generation
 * @typedef {import("#js/state/transcript.js").Transcript} Transcript
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 * @typedef {{id: string, cause: string}} Ended a generation that has ended, and how
 */

import { unloadedMessages } from "#js/state/skeleton.js";
import { apply, reasoningMs, start } from "#js/state/transcript.js";

export class Thread {
  /** @type {Map<string, Message>} in the order of the list */
  messages = new Map();
  /** Grows with each change. */
  revision = 0;
  /** @type {Map<string, number>} the version of the conversation in which each message came */
  #versions = new Map();
  /** @type {Map<string, number>} the places of the messages of a long conversation in the list */
  #places = new Map();
  /** @type {Map<string | null, string[]> | null} null after a change of the list */
  #children = null;
  /** @type {Map<string, {transcript: Transcript, seq: number}>} */
  #running = new Map();

  /** @returns {Map<string, number>} the running generations with the last event the page has */
  get running() {
    return new Map([...this.#running].map(([id, { seq }]) => [id, seq]));
  }

  clear() {
    this.revision += 1;
    this.messages.clear();
    this.#versions.clear();
    this.#running.clear();
    this.#places.clear();
    this.#children = null;
  }

  /** @param {string | null} id @returns {string[]} the messages below it, in the order of the list */
  childIds = (id) => {
    this.#children ??= childIdsOf(this.messages.values());
    return this.#children.get(id) ?? [];
  };

  /**
   * Stores the messages of one version of the conversation. Frames may overtake each other, so
   * only the newest version of each message is stored. Of those that are in the skeleton alone the
   * texts are forgotten.
   *
   * @param {any} state `messages`, and a `skeleton` where some are not whole
   * @param {number} version
   * @returns {Ended[]}
   */
  take({ messages, skeleton = [] }, version) {
    this.revision += 1;
    const known = this.messages.size;
    const whole = new Set(messages.map((/** @type {Message} */ { id }) => id));
    this.#takeRows(skeleton, whole, version);
    const ended = messages.flatMap((/** @type {Message} */ message) =>
      this.#isNews(message.id, version) ? this.#store(message) : [],
    );
    if (this.messages.size > known) this.#sort();
    return ended;
  }

  /** @param {Message} message that the page has, changed */
  replace(message) {
    this.revision += 1;
    this.messages.set(message.id, message);
  }

  /**
   * @param {import("#js/state/skeleton.js").Row[]} rows
   * @param {Set<string>} whole the messages that have come whole beside it
   * @param {number} version
   */
  #takeRows(rows, whole, version) {
    if (rows.every(([id]) => whole.has(id))) return;
    for (const message of unloadedMessages(rows)) {
      if (!this.messages.has(message.id)) this.#places.set(message.id, this.#places.size);
      if (whole.has(message.id) || this.#isWritten(message.id)) continue;
      if (this.#isNews(message.id, version)) this.messages.set(message.id, message);
    }
  }

  /** @param {string} id @param {number} version @returns {boolean} */
  #isNews(id, version) {
    if (version < (this.#versions.get(id) ?? 0)) return false;
    this.#versions.set(id, version);
    return true;
  }

  /** @param {string} id @returns {boolean} whether the events of the message come by themselves */
  #isWritten(id) {
    return this.#running.has(this.messages.get(id)?.generation?.id ?? "");
  }

  /** Restores the order after a frame was overtaken by a later one. */
  #sort() {
    const inOrder = (/** @type {Message} */ one, /** @type {Message} */ other) => {
      const [first, second] = [one, other].map(({ id }) => this.#places.get(id) ?? Infinity);
      return first === second ? byTime(one, other) : first - second;
    };
    this.messages = new Map([...this.messages].sort(([, one], [, other]) => inOrder(one, other)));
    this.#children = null;
  }

  /**
   * Adds the events of a generation to its messages.
   *
   * @param {Frame} frame
   * @returns {Ended[]}
   */
  receive({ generation_id: id, seq, events }) {
    const running = this.#running.get(id);
    if (!running) return [];
    this.revision += 1;
    const known = running.seq - (seq - events.length);
    for (const event of events.slice(Math.max(0, known))) apply(running.transcript, event);
    running.seq = Math.max(running.seq, seq);
    for (const message of this.#messagesOf(id)) {
      this.messages.set(message.id, withTranscript(message, running));
    }
    return running.transcript.cause ? this.#end(id, running.transcript.cause) : [];
  }

  /** @param {Message} message @returns {Ended[]} */
  #store(message) {
    const { generation } = message;
    const running = generation && this.#running.get(generation.id);
    if (generation?.status !== "running") {
      this.messages.set(message.id, message);
      return running ? this.#end(generation.id, generation.status) : [];
    }
    if (running && this.messages.has(message.id)) {
      // The events already applied are newer than the text in an earlier frame.
      this.messages.set(message.id, withTranscript(message, running));
    } else {
      this.messages.set(message.id, message);
      const transcript = start(this.#messagesOf(generation.id));
      this.#running.set(generation.id, { transcript, seq: generation.seq });
    }
    return [];
  }

  /** @param {string} generationId @returns {Message[]} */
  #messagesOf(generationId) {
    return [...this.messages.values()].filter((each) => each.generation?.id === generationId);
  }

  /** @param {string} id @param {string} cause @returns {Ended[]} */
  #end(id, cause) {
    this.#running.delete(id);
    return [{ id, cause }];
  }
}

/** @param {Iterable<Message>} messages @returns {Map<string | null, string[]>} */
function childIdsOf(messages) {
  const children = new Map();
  for (const { id, parent_id } of messages) {
    if (!children.has(parent_id)) children.set(parent_id, []);
    children.get(parent_id).push(id);
  }
  return children;
}

/** @param {Message} one @param {Message} other @returns {number} the order of the site's list */
function byTime(one, other) {
  const [first, second] = [one.created_at ?? "", other.created_at ?? ""];
  if (first !== second) return first < second ? -1 : 1;
  return (one.choice ?? 0) - (other.choice ?? 0);
}

/**
 * The message with the text of its generation so far.
 *
 * @param {Message} message
 * @param {{transcript: Transcript, seq: number}} running
 * @returns {Message}
 */
function withTranscript(message, { transcript, seq }) {
  const choice = transcript.choices[message.choice ?? 0];
  const { notices, place, usage, error, cause } = transcript;
  const { id } = /** @type {Generation} */ (message.generation);
  return {
    ...message,
    content: choice.content,
    reasoning_content: choice.reasoning_content,
    reasoning_ms: reasoningMs(choice),
    tool_calls: choice.tool_calls,
    finish_reason: choice.finish_reason || null,
    generation: { id, seq, notices, place, usage, error, status: cause ?? "running" },
  };
}
