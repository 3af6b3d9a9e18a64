/** A model of the site and its tabs, which exchange frames in any possible order. */

import { FakeStorage } from "./fakes.js";

globalThis.localStorage = new FakeStorage();
export const { State } = await import("#js/state/state.js");

/** A random number generator with a seed: mulberry32. */
export function random(seed) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (limit) => Math.floor(next() * limit),
    of: (list) => list[Math.floor(next() * list.length)],
  };
}

/** A model of the site with one conversation: a tree, a version, and the logs of generations. */
export class Site {
  conversation = {
    id: "c",
    title: "Tea",
    version: 0,
    model: "m",
    head_id: null,
    parameters: {},
    system_message: "",
    updated_at: "2026-01-01T00:00:00Z",
  };
  messages = [];
  generations = new Map();
  made = 0;

  change(...messages) {
    this.conversation = { ...this.conversation, version: this.conversation.version + 1 };
    for (const message of messages) message.changed_in = this.conversation.version;
  }

  add(fields) {
    this.made += 1;
    const blank = {
      role: "assistant",
      content: "",
      reasoning_content: "",
      reasoning_ms: null,
      tool_calls: [],
      model: "m",
      finish_reason: null,
      choice: 0,
      is_deleted: false,
      generation: null,
    };
    const created_at = `2026-01-01T00:00:00.${String(this.made).padStart(6, "0")}`;
    const message = { ...blank, ...fields, created_at, id: `m${this.made}` };
    this.messages.push(message);
    return message;
  }

  /** The state of a message; of a running one the fold of its log. */
  stateOf({ changed_in: _version, ...message }) {
    const generation = this.generations.get(message.generation);
    if (!generation) return { ...message, generation: null };
    const said = generation.log.filter((each) => each.choice === message.choice);
    const running = generation.status === "running";
    const content = message.content + (running ? said.map((each) => each.content).join("") : "");
    const { id, status, log } = generation;
    const told = {
      id,
      status,
      seq: log.length,
      error: null,
      notices: [],
      place: null,
      usage: null,
    };
    return structuredClone({ ...message, content, generation: told });
  }

  changes(since) {
    const changed = this.messages.filter((each) => each.changed_in > since);
    const { conversation } = this;
    return structuredClone({ conversation, messages: changed.map((each) => this.stateOf(each)) });
  }

  /** Starts answers to a message by several models, each with several choices. */
  order(parent, models, n, since) {
    const answers = [];
    const ids = [];
    for (let model = 0; model < models; model += 1) {
      this.made += 1;
      const id = `g${this.made}`;
      this.generations.set(id, { id, status: "running", log: [] });
      ids.push(id);
      for (let choice = 0; choice < n; choice += 1) {
        answers.push(this.add({ parent_id: parent.id, generation: id, choice }));
      }
    }
    for (const each of answers) each.changed_in = this.conversation.version;
    this.conversation.head_id = answers.length === 1 ? answers[0].id : parent.id;
    return { ids, since };
  }

  kept() {
    return this.messages.filter((each) => !each.is_deleted);
  }

  running() {
    return [...this.generations.values()].filter((each) => each.status === "running");
  }
}

/** A tab: its state, the version that it knows, and the frames on their way to it. */
export class Tab {
  constructor(site) {
    this.site = site;
    this.inbox = [];
    this.state = new State(fresh(site));
    this.opened = site.conversation.version;
    this.cursors = new Map();
    this.asked = [];
  }

  /** A change that the page shows already is on its way to the site. */
  ask(change, name, fields) {
    this.asked.push({ change, name, fields });
  }

  /** The site handles the oldest request of this tab. */
  carryOut() {
    const asked = this.asked.shift();
    if (!asked) return;
    this.site.change();
    Object.assign(this.site.conversation, asked.fields);
    const { version } = this.site.conversation;
    this.inbox.push({ type: "done", change: asked.change, name: asked.name, version });
  }

  /** The site sends the changes of the conversation, as after a notification. */
  tell() {
    if (this.site.conversation.version <= this.opened) return;
    this.inbox.push({ type: "conversation.changed", ...this.site.changes(this.opened) });
    this.opened = this.site.conversation.version;
  }

  started({ ids, since }, request_id) {
    const changes = this.site.changes(Math.min(since, this.opened));
    this.opened = this.site.conversation.version;
    this.inbox.push({ type: "turn.started", request_id, ...changes, generation_ids: ids });
  }

  /** The site sends the new events of the followed generations. */
  follow() {
    for (const [id, cursor] of this.cursors) {
      const { log } = this.site.generations.get(id);
      if (log.length === cursor) continue;
      const frame = { generation_id: id, seq: log.length, events: log.slice(cursor) };
      this.inbox.push({ type: "generation.events", ...structuredClone(frame) });
      this.cursors.set(id, log.length);
    }
  }

  /**
   * The next frame arrives, or one that overtakes it, since the site makes frames concurrently.
   * Only the events of a generation keep their order; the socket restores it.
   */
  receive(place) {
    const wanted = this.inbox[Math.min(place, this.inbox.length - 1)];
    const first = this.inbox.findIndex((each) => each.type === "generation.events");
    const at = wanted.type === "generation.events" ? first : this.inbox.indexOf(wanted);
    const [frame] = this.inbox.splice(at, 1);
    if (frame.type === "generation.events") this.state.receive(frame);
    else if (frame.type === "done") this.state[frame.name](frame.change, frame.version);
    else this.state.merge(frame);
    for (const [id, seq] of this.state.running) {
      if (!this.cursors.has(id)) this.cursors.set(id, seq);
    }
  }

  settle() {
    do {
      this.carryOut();
      this.tell();
      this.follow();
      while (this.inbox.length) this.receive(0);
    } while (this.asked.length || this.site.conversation.version > this.opened);
    this.follow();
    while (this.inbox.length) this.receive(0);
  }
}

export function fresh(site) {
  const { conversation, messages } = site.changes(0);
  return structuredClone({
    conversation,
    messages,
    site: {},
    user: {},
    models: [{ name: "m" }],
    notice: null,
    quota: [],
    conversations: [],
    presets: [],
    definitions: [],
  });
}
