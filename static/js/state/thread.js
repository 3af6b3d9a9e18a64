/**
 * The messages of a conversation, as the site sends them and as their generations extend them.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/state/transcript.js").Generation} Generation
 * @typedef {import("#js/state/transcript.js").Transcript} Transcript
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 * @typedef {{id: string, cause: string}} Ended a generation that has ended, and how
 */

import { apply, reasoningMs, start } from "#js/state/transcript.js";

export class Thread {
  /** @type {Map<string, Message>} in the order of the list */
  messages = new Map();
  /** @type {Map<string, number>} the version of the conversation in which each message came */
  #versions = new Map();
  /** @type {Map<string, {transcript: Transcript, seq: number}>} */
  #running = new Map();

  /** @returns {Map<string, number>} the running generations with the last event the page has */
  get running() {
    return new Map([...this.#running].map(([id, { seq }]) => [id, seq]));
  }

  clear() {
    this.messages.clear();
    this.#versions.clear();
    this.#running.clear();
  }

  /**
   * Stores the messages of one version of the conversation. Frames may overtake each other, so
   * only the newest version of each message is stored.
   *
   * @param {Message[]} messages
   * @param {number} version
   * @returns {Ended[]}
   */
  take(messages, version) {
    const known = this.messages.size;
    const ended = messages.flatMap((message) => {
      if (version < (this.#versions.get(message.id) ?? 0)) return [];
      this.#versions.set(message.id, version);
      return this.#store(message);
    });
    if (this.messages.size > known) this.#sort();
    return ended;
  }

  /** Restores the order after a frame was overtaken by a later one. */
  #sort() {
    this.messages = new Map([...this.messages].sort(([, one], [, other]) => inOrder(one, other)));
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

/** @param {Message} one @param {Message} other @returns {number} the order of the site's list */
function inOrder(one, other) {
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
