import assert from "node:assert/strict";
import { test } from "node:test";

import { Turns } from "#js/pages/turns.js";

/** A page on which an answer is being written or not, and what was asked of the site. */
function page(generation) {
  const asked = [];
  const state = { generation, settings: {}, headId: "m2", model: "good", message: () => ({}) };
  state.begin = () => {};
  const socket = { request: async (frame) => asked.push(frame.type) };
  return { asked, turns: new Turns(state, socket, { requests: [] }) };
}

test("a turn that begins is told to have begun", () => {
  const { asked, turns } = page(null);
  assert.equal(turns.send("Hello"), true);
  assert.equal(turns.resend("m1", "Hello again"), true);
  assert.equal(turns.answerTools("m2", { c1: "rain" }), true);
  assert.deepEqual(asked, ["turn.send", "turn.send", "turn.answer_tools"]);
});

test("while an answer is being written nothing begins, and whoever wrote it hears so", () => {
  const { asked, turns } = page({ id: "g", status: "running" });
  assert.equal(turns.send("Hello"), false);
  assert.equal(turns.resend("m1", "Hello again"), false);
  assert.equal(turns.answerTools("m2", { c1: "rain" }), false);
  assert.deepEqual(asked, []);
});
