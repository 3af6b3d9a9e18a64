import assert from "node:assert/strict";
import test from "node:test";

import { Thread } from "#js/state/thread.js";
import { branchTo, childrenOf, leafUnder, siblingHead } from "#js/state/tree.js";
import { FakeStorage } from "./fakes.js";

globalThis.localStorage = new FakeStorage();
// The spaces of the window are elements.
globalThis.document = /** @type {any} */ ({ createElement: () => ({ style: {} }) });
const { LogWindow } = await import("#js/messages/log_window.js");

const whole = (id, parent_id, more = {}) => ({
  id,
  parent_id,
  role: "user",
  content: `${id}!`,
  model: null,
  generation: null,
  is_deleted: false,
  created_at: "2026-01-01T00:00:00",
  ...more,
});

/** A conversation of ten messages of which the last two are whole; m3 has a sibling, n3. */
function thread() {
  const found = new Thread();
  const rows = Array.from({ length: 10 }, (_, n) => [`m${n}`, n === 0 ? null : 1, "user"]);
  rows.splice(4, 0, ["n3", 2, "assistant"]);
  rows[5][1] = 2;
  const messages = [whole("m8", "m7"), whole("m9", "m8")];
  found.take({ messages, skeleton: rows }, 5);
  return found;
}

test("a branch has its messages, those without texts too", () => {
  const branch = branchTo(thread().messages, "m9");
  assert.deepEqual(
    branch.map(({ id, unloaded }) => [id, unloaded === true]),
    Array.from({ length: 10 }, (_, n) => [`m${n}`, n < 8]),
  );
});

test("siblings and their branches are known without texts", () => {
  const found = thread();
  assert.deepEqual(
    childrenOf(found, "m2").map(({ id }) => id),
    ["m3", "n3"],
  );
  assert.equal(siblingHead(found, "m3", 1), "n3");
  assert.equal(siblingHead(found, "n3", -1), "m9");
  assert.equal(leafUnder(found, "m0"), "n3");
});

test("older messages take the places of their rows", () => {
  const found = thread();
  found.take({ messages: [whole("m3", "m2"), whole("m4", "m3")] }, 5);
  const branch = branchTo(found.messages, "m9");
  assert.equal(branch[4].content, "m4!");
  assert.deepEqual([...found.messages.keys()].slice(3, 6), ["m3", "n3", "m4"]);
});

test("a message that changed and did not come loses its text, unless that is newer", () => {
  const found = thread();
  found.take({ messages: [whole("m4", "m3")] }, 8);
  const skeleton = [
    ["m4", "m3", "user"],
    ["m9", "m8", "user", 1],
  ];
  found.take({ messages: [], skeleton }, 7);
  assert.equal(found.messages.get("m4")?.content, "m4!");
  assert.deepEqual(
    [found.messages.get("m9")?.unloaded, found.messages.get("m9")?.is_deleted],
    [true, true],
  );
});

test("what is being written is never forgotten", () => {
  const found = thread();
  const generation = { id: "g", status: "running", seq: 0, notices: [] };
  found.take({ messages: [whole("m10", "m9", { generation, tool_calls: [] })] }, 6);
  found.take({ messages: [], skeleton: [["m10", "m9", "assistant"]] }, 7);
  assert.equal(found.messages.get("m10")?.unloaded, undefined);
});

const messages = (count, more = {}) =>
  Array.from({ length: count }, (_, n) => whole(`${n}`, null, more));
const place = ({ from, to }) => [from, to];

test("a window that shows the end keeps it, and another one its messages", () => {
  const log = new LogWindow();
  log.fit(messages(100), () => false);
  assert.deepEqual(place(log), [100, 100]);
  log.from = 95;
  log.fit(messages(102), (id) => Number(id) < 100);
  assert.deepEqual(place(log), [95, 102]);
  log.to = 98;
  log.fit(messages(103), () => true);
  assert.deepEqual(place(log), [95, 98]);
  log.fit(messages(103).slice(2), () => true);
  assert.deepEqual(place(log), [93, 96]);
});

test("a window has no message without its text, and asks for those that are near", () => {
  const log = new LogWindow();
  const branch = [
    ...messages(50, { unloaded: true }),
    ...messages(60).map((each) => ({ ...each, id: `w${each.id}` })),
  ];
  log.fit(branch, () => false);
  log.from = 90;
  assert.equal(log.missing(24), null);
  log.from = 60;
  assert.deepEqual(log.missing(24), { before: "w0" });
  log.moveTo(20);
  log.fit(branch, () => false);
  assert.deepEqual([log.from, log.to, log.missing(24)], [20, 20, { until: "w0" }]);
});
