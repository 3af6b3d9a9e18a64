import assert from "node:assert/strict";
import test from "node:test";
import { Outbox } from "#js/connection/outbox.js";
import { draft } from "#js/state/drafts.js";
import { FakeStorage } from "./fakes.js";

const request = (request_id) => ({ type: "turn.send", request_id, content: "Hello" });

test("a draft survives a reload", () => {
  const storage = new FakeStorage();
  assert.equal(draft("alice:c1", storage).save("Dear all"), true);
  assert.equal(draft("alice:c1", storage).load(), "Dear all");
});

test("drafts of other conversations and users are other drafts", () => {
  const storage = new FakeStorage();
  draft("alice:c1", storage).save("Dear all");
  assert.equal(draft("alice:c2", storage).load(), "");
  assert.equal(draft("bob:c1", storage).load(), "");
});

test("a draft that was cleared or emptied is gone", () => {
  const storage = new FakeStorage();
  draft("a", storage).save("x");
  draft("a", storage).clear();
  assert.equal(draft("a", storage).load(), "");
  draft("a", storage).save("x");
  draft("a", storage).save("");
  assert.equal(storage.getItem("draft:a"), null);
});

test("a draft says when the browser does not keep it", () => {
  const storage = new FakeStorage();
  storage.full = true;
  assert.equal(draft("a", storage).save("x"), false);
  assert.equal(draft("a", null).save("x"), false);
  assert.equal(draft("a", null).load(), "");
});

test("requests wait in the order they were made", () => {
  const outbox = new Outbox("alice", new FakeStorage());
  outbox.put(request("1"));
  outbox.put(request("2"));
  outbox.put(request("3"));
  outbox.remove("2");
  assert.deepEqual(
    outbox.requests.map((each) => each.request_id),
    ["1", "3"],
  );
});

test("requests of one user are not sent as another", () => {
  const storage = new FakeStorage();
  new Outbox("alice", storage).put(request("1"));
  assert.deepEqual(new Outbox("bob", storage).requests, []);
  assert.deepEqual(new Outbox("alice", storage).requests, [request("1")]);
});

test("an outbox without storage works until the page is closed", () => {
  const storage = new FakeStorage();
  storage.full = true;
  const outbox = new Outbox("alice", storage);
  outbox.put(request("1"));
  assert.deepEqual(outbox.requests, [request("1")]);
});

test("an outbox whose content cannot be read begins empty", () => {
  const storage = new FakeStorage();
  storage.setItem("outbox:alice", "not JSON");
  assert.deepEqual(new Outbox("alice", storage).requests, []);
});
