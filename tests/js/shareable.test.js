import assert from "node:assert/strict";
import test from "node:test";

import { isGrowing, NONE, shareableOf } from "#js/share/shareable.js";

const message = (id, more = {}) => ({ id, role: "assistant", content: id, model: null, ...more });
const running = { id: "g", status: "running", seq: 1 };

test("a conversation is shared as far as it has been written", () => {
  const conversation = { id: "c", title: "A picnic", version: 3 };
  const branch = [
    message("asked"),
    message("answered", { generation: { ...running, status: "completed" } }),
    message("written", { generation: running }),
    message("sent", { pending: true }),
  ];
  const shareable = shareableOf(conversation, branch);
  const { id, title, messages } = shareable;
  assert.equal(isGrowing(shareable), true);
  assert.deepEqual([id, title], ["c", "A picnic"]);
  assert.deepEqual(
    messages.map((each) => each.id),
    ["asked", "answered", "written"],
  );
});

test("answers of which none is kept are shared as far as they have been written", () => {
  const answers = [message("first"), message("second", { generation: running })];
  const shareable = shareableOf(
    { id: "c", title: "" },
    [message("asked")],
    [...answers, message("sent", { pending: true })],
  );
  assert.deepEqual(shareable.alternatives, answers);
  assert.equal(isGrowing(shareable), true);
});

test("of a conversation that the site does not know yet there is nothing to share", () => {
  assert.deepEqual(shareableOf(null, [message("sent", { pending: true })]), NONE);
});
