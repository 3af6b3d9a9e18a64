import assert from "node:assert/strict";
import test from "node:test";
import { forgetOthers, forgetUsers, hasDrafts } from "#js/state/browser_storage.js";

/** A storage whose names are its own properties, as in a browser. */
function storage(items) {
  return Object.create(
    {
      removeItem(name) {
        delete this[name];
      },
    },
    Object.getOwnPropertyDescriptors(items),
  );
}

const DRAFTS = {
  "draft:alice:new": "a",
  "draft:alice:edit:1": "b",
  "draft:alice.b:c1": "c",
  "outbox:bob": "[]",
  model: "m",
  theme: "dark",
};

test("after a sign-out only what belongs to the browser stays", () => {
  const stored = [storage(DRAFTS), storage({ "outbox:alice": "[]" })];
  forgetUsers(stored);
  assert.deepEqual(stored.map(Object.keys), [["theme"], []]);
});

test("a user finds no texts of others", () => {
  const stored = storage(DRAFTS);
  forgetOthers("alice", [stored]);
  const left = ["draft:alice:new", "draft:alice:edit:1", "model", "theme"];
  assert.deepEqual(Object.keys(stored), left);
});

test("whose name begins alike is another user", () => {
  const stored = [storage({ "draft:alice.b:c1": "c" })];
  assert.equal(hasDrafts("alice", stored), false);
  assert.equal(hasDrafts("alice.b", stored), true);
});

test("requests that were not answered are asked about too", () => {
  assert.equal(hasDrafts("alice", [storage({}), storage({ "outbox:alice": "[1]" })]), true);
});
