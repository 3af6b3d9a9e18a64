import assert from "node:assert/strict";
import { test } from "node:test";

import { Turns } from "#js/pages/turns.js";

/** The turns of a page with or without a running answer, and the requests that it made. */
function page(generation) {
  const asked = [];
  const state = { generation, settings: {}, headId: "m2", model: "good", message: () => ({}) };
  state.begin = () => {};
  const socket = { request: async (frame) => asked.push(frame.type) };
  return { asked, turns: new Turns(state, socket, { requests: [] }) };
}

test("a turn that is sent is reported as sent", () => {
  const { asked, turns } = page(null);
  assert.equal(turns.send("Hello"), true);
  assert.equal(turns.resend("m1", "Hello again"), true);
  assert.equal(turns.answerTools("m2", { c1: "rain" }), true);
  assert.deepEqual(asked, ["turn.send", "turn.send", "turn.answer_tools"]);
});

test("while an answer is running no turn is sent, which is reported", () => {
  const { asked, turns } = page({ id: "g", status: "running" });
  assert.equal(turns.send("Hello"), false);
  assert.equal(turns.resend("m1", "Hello again"), false);
  assert.equal(turns.answerTools("m2", { c1: "rain" }), false);
  assert.deepEqual(asked, []);
});
