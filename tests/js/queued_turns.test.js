import assert from "node:assert/strict";
import { test } from "node:test";

import { QueuedTurns } from "#js/pages/queued_turns.js";
import { Turns } from "#js/pages/turns.js";
import { Queue } from "#js/state/queue.js";
import { Emitter } from "#js/ui/emitter.js";
import { FakeStorage } from "./fakes.js";
import { random } from "./two_tabs_model.js";

const SEQUENCES = 300;
const ACTIONS = 20;

/** A conversation on the site: a turn for each request, one after the other. */
class Site {
  turns = [];
  status = "completed";

  /** Makes a turn of a request once, unless another answer is running. */
  take(request) {
    const known = this.turns.find((each) => each.request_id === request.request_id);
    if (known) return this.started(known);
    if (this.status === "running") return { type: "error", request_id: request.request_id };
    this.turns.push(request);
    this.status = "running";
    return this.started(request);
  }

  started({ request_id, content }) {
    const messages = [
      { id: "q", role: "user", content },
      { id: "a", parent_id: "q", generation: { id: "g" } },
    ];
    const conversation = { id: "c1" };
    return { type: "turn.started", request_id, messages, generation_ids: ["g"], conversation };
  }
}

/** The state of a page, with as much as the queue asks. */
class State extends Emitter {
  conversation = { id: "c1" };
  alternatives = [];
  model = "m";
  compared = [];
  settings = {};
  headId = "a";
  pending = null;
  status = "completed";
  toolCalls = [];

  get generation() {
    return this.pending || this.status === "running" ? { id: "g" } : null;
  }

  get generations() {
    return this.generation ? [this.generation] : [];
  }

  get branch() {
    const generation = { id: "g", status: this.status };
    return [{ role: "assistant", generation, tool_calls: this.toolCalls }];
  }

  begin(frame) {
    this.pending = frame;
    this.emit("changed");
  }

  abandon() {
    this.pending = null;
    this.emit("changed");
  }

  show(status) {
    this.status = status;
    this.emit("changed");
  }
}

class Tab {
  inbox = [];
  outbox = [];
  /** Requests whose answer the page has not read; a new page sends them again. */
  unanswered = [];

  constructor(site, local) {
    this.site = site;
    this.local = local;
    this.load();
  }

  /** Loads the page, with the state that the site has now and the requests of before. */
  load() {
    this.state = new State();
    this.state.status = this.site.status;
    const storages = { local: this.local, tab: new FakeStorage() };
    this.queue = new Queue("alice", storages);
    const socket = {
      request: async (frame) => void this.outbox.push(frame),
      send: () => this.outbox.push({ type: "stop" }),
      withdraw: () => false,
    };
    this.turns = new Turns(this.state, socket, { requests: [] });
    this.queued = new QueuedTurns(this.state, this.turns, this.queue);
    this.queued.open();
    this.inbox = [];
    const unsent = this.outbox.filter((each) => each.request_id);
    this.outbox = [...this.unanswered.splice(0), ...unsent];
    this.state.pending = this.outbox[0] ?? null;
  }

  /** Lets the site read one frame of this tab. */
  send(tabs) {
    const frame = this.outbox.shift();
    if (!frame) return;
    if (frame.type === "stop" && this.site.status === "running") this.site.status = "stopped";
    else if (frame.type === "stop") return;
    else {
      this.unanswered.push(frame);
      this.inbox.push(this.site.take(frame));
    }
    for (const tab of tabs) tab.inbox.push({ type: "changed" });
  }

  receive() {
    const frame = this.inbox.shift();
    this.unanswered = this.unanswered.filter((each) => each.request_id !== frame?.request_id);
    if (frame?.type === "changed") this.state.show(this.site.status);
    if (frame?.type === "turn.started") this.#started(frame);
    if (frame?.type === "error" && this.turns.isPending(frame)) {
      const turn = this.turns.refused(frame);
      if (!this.queued.refused(turn, "no")) this.queue.add(turn.content);
    }
  }

  #started(frame) {
    this.queued.started(frame);
    if (!this.turns.isPending(frame)) return;
    this.turns.started(frame);
    this.state.pending = null;
    this.state.show(this.site.status);
  }
}

const ACTS = {
  write(tab, _choose, written) {
    const text = `${written.length}`;
    written.push(text);
    if (tab.state.generation) tab.queue.add(text);
    else tab.turns.send(text);
  },
  now(tab, choose) {
    const item = choose.of(tab.queued.waiting);
    if (item) tab.queued.sendNow(item.id);
  },
  finish(tab, choose) {
    if (tab.site.status === "running") tab.site.status = choose.of(["completed", "failed"]);
  },
  reload: (tab) => tab.load(),
};

/** Runs until nothing is under way and nothing waits. */
async function settle(site, tabs) {
  for (let round = 0; round < 60; round += 1) {
    if (site.status === "running") site.status = "completed";
    for (const tab of tabs) {
      tab.inbox.push({ type: "changed" });
      tab.send(tabs);
      while (tab.inbox.length) tab.receive();
      await null;
      const [waiting] = tab.queued.waiting;
      if (waiting && !tab.state.generation) tab.queued.sendNow(waiting.id);
    }
  }
}

test("whatever is done in two tabs, each message is in one turn", async () => {
  for (let seed = 1; seed <= SEQUENCES; seed += 1) {
    const choose = random(seed);
    const site = new Site();
    const local = new FakeStorage();
    const tabs = [new Tab(site, local), new Tab(site, local)];
    const written = [];
    const done = [];
    for (let action = 0; action < ACTIONS; action += 1) {
      const name = choose.of([...Object.keys(ACTS), "write", "finish"]);
      done.push(name);
      ACTS[name](choose.of(tabs), choose, written);
      for (const tab of tabs) {
        if (choose.below(2)) tab.send(tabs);
        while (tab.inbox.length && choose.below(3)) tab.receive();
      }
      await null;
    }
    await settle(site, tabs);
    const sent = site.turns.flatMap(({ content }) => content.split("\n\n"));
    const message = `seed ${seed}: ${done.join(", ")}`;
    assert.deepEqual([...sent].sort(), [...written].sort(), message);
  }
});

/** One tab whose answer is running. */
function answering() {
  const site = new Site();
  const tab = new Tab(site, new FakeStorage());
  tab.state.show("running");
  return tab;
}

const sent = (tab) => tab.outbox.filter((each) => each.request_id).map(({ content }) => content);

test("the queue goes when the answer is completed, joined, with the id of its first message", async () => {
  const tab = answering();
  await null;
  tab.queue.add("a");
  tab.queue.add("b");
  const [first] = tab.queue.items;
  tab.state.show("completed");
  await null;
  assert.deepEqual(sent(tab), ["a\n\nb"]);
  assert.equal(tab.outbox[0].request_id, first.id);
  assert.deepEqual(tab.queued.waiting, []);
});

for (const status of ["stopped", "failed", "interrupted"]) {
  test(`the queue stays, with the reason, when the answer is ${status}`, async () => {
    const tab = answering();
    await null;
    tab.queue.add("a");
    tab.state.show(status);
    await null;
    assert.deepEqual(sent(tab), []);
    assert.equal(tab.queued.reason, `queue-${status}`);
    tab.queued.sendNow(tab.queue.items[0].id);
    assert.deepEqual(sent(tab), ["a"]);
  });
}

test("the queue waits until one of several answers is kept, and until calls have results", async () => {
  const tab = answering();
  await null;
  tab.queue.add("a");
  tab.state.alternatives = [{ id: "a1" }, { id: "a2" }];
  assert.equal(tab.queued.reason, "");
  tab.state.show("completed");
  await null;
  assert.equal(tab.queued.reason, "queue-keep");
  assert.equal(tab.queued.sendNow(tab.queue.items[0].id), "keep-first");
  assert.deepEqual(sent(tab), []);
  tab.state.alternatives = [];
  tab.state.toolCalls = [{ id: "c", function: { name: "f", arguments: "{}" } }];
  tab.state.emit("changed");
  await null;
  assert.equal(tab.queued.reason, "queue-calls");
  assert.equal(tab.queued.sendNow(tab.queue.items[0].id), "calls-first");
  assert.deepEqual(sent(tab), []);
  tab.state.toolCalls = [];
  tab.state.emit("changed");
  await null;
  assert.deepEqual(sent(tab), ["a"]);
});

test("a tab that is free sends nothing that another tab queues", async () => {
  const site = new Site();
  const local = new FakeStorage();
  const [one, other] = [new Tab(site, local), new Tab(site, local)];
  await null;
  one.state.show("running");
  await null;
  one.queue.add("a");
  other.queue.changedElsewhere("queue:alice:c1");
  other.state.emit("changed");
  await null;
  assert.deepEqual(sent(other), []);
  assert.equal(other.queued.reason, "queue-held");
});
