import assert from "node:assert/strict";
import test from "node:test";

import { fresh, random, Site, State, Tab } from "./two_tabs_model.js";

const SEQUENCES = 1_000;
const ACTIONS = 12;

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

test("the branch chosen last stays on the page until the site confirms it", () => {
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
    // The answer to each step and the change arrive in either order.
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
