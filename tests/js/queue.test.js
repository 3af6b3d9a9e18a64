import assert from "node:assert/strict";
import { test } from "node:test";

import { Queue } from "#js/state/queue.js";
import { FakeStorage } from "./fakes.js";

const texts = (queue) => queue.items.map((each) => each.content);

/** The queue of one conversation in two tabs of one browser. */
function twoTabs() {
  const local = new FakeStorage();
  return [0, 1].map(() => {
    const queue = new Queue("alice", { local, tab: new FakeStorage() });
    queue.open("c1");
    return queue;
  });
}

test("what two tabs queue is one queue, in the order in which it was written", () => {
  const [one, other] = twoTabs();
  one.add("a");
  other.add("b");
  one.add("c");
  other.changedElsewhere("queue:alice:c1");
  assert.deepEqual(texts(one), ["a", "b", "c"]);
  assert.deepEqual(texts(other), ["a", "b", "c"]);
});

test("the storage of other conversations and users changes nothing", () => {
  const [one] = twoTabs();
  one.add("a");
  let changes = 0;
  one.on("changed", () => (changes += 1));
  for (const name of ["queue:alice:c2", "queue:bob:c1", "draft:alice:c1"]) {
    one.changedElsewhere(name);
  }
  assert.equal(changes, 0);
  // The whole storage was cleared.
  one.changedElsewhere(null);
  assert.equal(changes, 1);
});

test("a removed message is restored in its place", () => {
  const [one] = twoTabs();
  for (const text of ["a", "b", "c"]) one.add(text);
  const { item, index } = one.remove(one.items[1].id);
  assert.deepEqual(texts(one), ["a", "c"]);
  one.restore(item, index);
  assert.deepEqual(texts(one), ["a", "b", "c"]);
  assert.equal(one.remove("unknown"), null);
});

test("messages that one tab sends are the same turn in the other, whatever it would join", () => {
  const [one, other] = twoTabs();
  for (const text of ["a", "b"]) one.add(text);
  const turn = one.send(one.items);
  assert.deepEqual(turn, { id: one.items[0].id, content: "a\n\nb" });
  other.add("c");
  assert.deepEqual(other.send(other.items), turn);
  assert.deepEqual(other.send([other.items[1]]), turn);
  other.settle(turn.id);
  assert.deepEqual(texts(other), ["c"]);
  assert.equal(one.send(one.items.slice(0, 2)), null);
});

test("a turn that was refused stays, with the reason, until it is sent again", () => {
  const [one] = twoTabs();
  for (const text of ["a", "b"]) one.add(text);
  const turn = one.send([one.items[0]]);
  one.refuse(turn.id, "No.");
  assert.deepEqual(
    one.items.map(({ problem }) => problem),
    ["No.", undefined],
  );
  // The same turn: another tab may have sent it with success meanwhile.
  assert.deepEqual(one.send(one.items), turn);
  assert.equal(one.items[0].problem, undefined);
  one.refuse("another turn", "What came before was refused.");
  assert.equal(one.items[1].problem, "What came before was refused.");
});

test("the queue of a new conversation belongs to the tab until it has an id", () => {
  const local = new FakeStorage();
  const queue = new Queue("alice", { local, tab: new FakeStorage() });
  queue.open(null);
  queue.add("a");
  assert.equal(local.getItem("queue:alice:new"), null);
  queue.rename("c1");
  assert.deepEqual(texts(queue), ["a"]);
  assert.deepEqual(texts(queue.of("c1")), ["a"]);
  queue.open(null);
  assert.deepEqual(texts(queue), []);
});

test("a storage that is full or blocked loses nothing of the page", () => {
  const local = new FakeStorage();
  for (const storages of [
    { local, tab: local },
    { local: null, tab: null },
  ]) {
    const queue = new Queue("alice", storages);
    queue.open("c1");
    queue.add("a");
    local.full = true;
    queue.add("b");
    assert.deepEqual(texts(queue), ["a", "b"]);
    queue.settle(queue.send([queue.items[0]]).id);
    assert.deepEqual(texts(queue), ["b"]);
  }
});
