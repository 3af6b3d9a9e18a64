import assert from "node:assert/strict";
import test from "node:test";

import { FakeStorage } from "./fakes.js";

globalThis.localStorage = new FakeStorage();
const { State } = await import("#js/state/state.js");

const SEQUENCES = 1_000;
const ACTIONS = 12;

/** A generator of the same numbers for the same seed: mulberry32. */
function random(seed) {
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

/** The site as far as one conversation goes: a tree, a version, and the logs of what is written. */
class Site {
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

  /** The state of a message: of a running one, the fold of its log. */
  stateOf({ changed_in: _version, ...message }) {
    const generation = this.generations.get(message.generation);
    if (!generation) return { ...message, generation: null };
    const said = generation.log.filter((each) => each.choice === message.choice);
    const running = generation.status === "running";
    const content = message.content + (running ? said.map((each) => each.content).join("") : "");
    const { id, status, log } = generation;
    const told = { id, status, seq: log.length, error: null, notices: [], usage: null };
    return structuredClone({ ...message, content, generation: told });
  }

  changes(since) {
    const changed = this.messages.filter((each) => each.changed_in > since);
    const { conversation } = this;
    return structuredClone({ conversation, messages: changed.map((each) => this.stateOf(each)) });
  }

  /** Answers to a message from so many models, with so many choices each. */
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

/** A tab: its state, what it was told, and the frames that are under way to it. */
class Tab {
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

  /** The site carries out the oldest of what it was asked for. */
  carryOut() {
    const asked = this.asked.shift();
    if (!asked) return;
    this.site.change();
    Object.assign(this.site.conversation, asked.fields);
    const { version } = this.site.conversation;
    this.inbox.push({ type: "done", change: asked.change, name: asked.name, version });
  }

  /** What the doorbell makes the site tell. */
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

  /** What the followed generations have written since it was last told. */
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
   * The next frame arrives, or one that overtakes it, for they are made side by side. Only the
   * events of a generation keep their order, which the socket sees to.
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

function fresh(site) {
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

const ACTS = {
  send(site, tab, choose) {
    const since = site.conversation.version;
    const parents = [...site.kept().filter((each) => each.role === "assistant"), { id: null }];
    const parent_id = choose.of(parents).id;
    site.change();
    const asked = site.add({ role: "user", parent_id, content: `${site.made}`, model: null });
    asked.changed_in = site.conversation.version;
    const [models, n] = choose.of([
      [1, 1],
      [1, 1],
      [1, 3],
      [3, 1],
    ]);
    const request = {
      type: "turn.send",
      request_id: `r${site.made}`,
      parent_id,
      model: "m",
      content: asked.content,
      compared: [],
      parameters: {},
    };
    tab.state.begin(request);
    tab.started(site.order(asked, models, n, since), request.request_id);
  },
  regenerate(site, tab, choose) {
    const since = site.conversation.version;
    const answer = choose.of(site.kept().filter((each) => each.role === "assistant"));
    if (!answer) return;
    site.change();
    const parent = site.messages.find((each) => each.id === answer.parent_id);
    tab.started(site.order(parent, 1, choose.of([1, 1, 2]), since), "other");
  },
  write(site, _tab, choose) {
    const generation = choose.of(site.running());
    if (!generation) return;
    const answers = site.messages.filter((each) => each.generation === generation.id);
    const { choice } = choose.of(answers);
    const content = `${generation.log.length} `;
    generation.log.push({ type: "delta", choice, at_ms: 1, content });
  },
  finish(site, _tab, choose) {
    const generation = choose.of(site.running());
    if (!generation) return;
    const answers = site.messages.filter((each) => each.generation === generation.id);
    for (const each of answers) {
      each.content = site.stateOf(each).content;
      each.finish_reason = "stop";
    }
    generation.status = choose.of(["completed", "stopped"]);
    const reasons = Object.fromEntries(answers.map((each) => [each.choice, "stop"]));
    generation.log.push({ type: "finished", cause: generation.status, finish_reasons: reasons });
    site.change(...answers);
  },
  continue(site, tab, choose) {
    const stopped = site
      .kept()
      .filter((each) => site.generations.get(each.generation)?.status === "stopped");
    const answer = choose.of(stopped);
    if (!answer) return;
    const since = site.conversation.version;
    site.change(answer);
    site.made += 1;
    answer.generation = `g${site.made}`;
    answer.choice = 0;
    answer.finish_reason = null;
    site.generations.set(answer.generation, { id: answer.generation, status: "running", log: [] });
    site.conversation.head_id = answer.id;
    tab.started({ ids: [answer.generation], since }, "other");
  },
  delete(site, _tab, choose) {
    const message = choose.of(site.messages);
    if (!message || site.generations.get(message.generation)?.status === "running") return;
    message.is_deleted = !message.is_deleted;
    site.change(message);
    site.conversation.head_id = message.is_deleted ? message.parent_id : message.id;
  },
  show(site, tab, choose) {
    const head = choose.of(site.kept());
    if (!head) return;
    const change = tab.state.setHead(head.id);
    tab.ask(change, "headAccepted", { head_id: head.id });
  },
  configure(_site, tab, choose) {
    const settings = { parameters: { temperature: choose.below(20) / 10 }, system_message: "" };
    const change = tab.state.setSettings(settings);
    tab.ask(change, "settingsAccepted", settings);
  },
  rename(site, _tab, choose) {
    site.change();
    site.conversation.title = `Tea ${choose.below(100)}`;
  },
};

function shown(state) {
  const { conversation, messages, settings, headId } = state;
  const ids = (list) => list.map((each) => each.id);
  const page = { branch: ids(state.branch), alternatives: ids(state.alternatives) };
  const running = [...state.running].sort();
  return { conversation, messages, settings, headId, page, running };
}

test("the branch asked for last stays on the page until the site is there too", () => {
  const site = new Site();
  const heads = [1, 2, 3].map(() => site.add({ role: "user", parent_id: null }).id);
  site.change(...site.messages);
  const tab = new Tab(site);
  for (const place of [1, 0, 1, 2]) {
    tab.ask(tab.state.setHead(heads[place]), "headAccepted", { head_id: heads[place] });
  }
  while (tab.asked.length) {
    tab.carryOut();
    tab.tell();
    // The answer to each step, and what it changed, in either order.
    while (tab.inbox.length) {
      tab.receive(tab.asked.length % 2);
      assert.equal(tab.state.headId, heads[2]);
    }
  }
  site.change();
  site.conversation.head_id = heads[0];
  tab.settle();
  assert.equal(tab.state.headId, heads[0]);
});

test("whatever is done in two tabs, each shows what a freshly loaded page shows", () => {
  let told = 0;
  for (let seed = 1; seed <= SEQUENCES; seed += 1) {
    const choose = random(seed);
    const site = new Site();
    const tabs = [new Tab(site), new Tab(site)];
    const done = [];
    for (let action = 0; action < ACTIONS; action += 1) {
      const name = choose.of([...Object.keys(ACTS), "send", "write", "finish"]);
      done.push(name);
      const actor = choose.of(tabs);
      if (!(name === "send" && actor.state.pending)) ACTS[name](site, actor, choose);
      for (const tab of tabs) {
        if (choose.below(2)) tab.carryOut();
        if (choose.below(2)) tab.tell();
        if (choose.below(2)) tab.follow();
        while (tab.inbox.length && choose.below(3)) {
          tab.receive(choose.below(2));
          told += 1;
        }
      }
    }
    for (const tab of [...tabs, ...tabs]) tab.settle();
    const loaded = shown(new State(fresh(site)));
    for (const tab of tabs) {
      assert.deepEqual(shown(tab.state), loaded, `seed ${seed}: ${done.join(", ")}`);
    }
  }
  assert.ok(told > SEQUENCES);
});
