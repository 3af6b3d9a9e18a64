import assert from "node:assert/strict";
import test from "node:test";

import { Outbox } from "#js/connection/outbox.js";
import { Socket } from "#js/connection/socket.js";
import { FakeClock, FakeNetwork } from "./fakes.js";
import { connected, page, TURN } from "./socket_page.js";

test("a frame is emitted as an event of its type", () => {
  const { network, of } = connected();
  network.deliver({ type: "hello", release: "1" });
  assert.deepEqual(of("hello"), [{ type: "hello", release: "1" }]);
});

test("a frame that is sent while there is no connection goes out with the next one", () => {
  const { network, socket } = page();
  socket.open();
  socket.send({ type: "generation.stop", generation_id: "g" });
  network.accept();
  assert.deepEqual(network.last.sent, [{ type: "generation.stop", generation_id: "g" }]);
});

test("a site's address over http becomes one over ws", () => {
  const network = new FakeNetwork();
  const { WebSocket } = network;
  const options = { WebSocket, clock: new FakeClock(), outbox: new Outbox("", null) };
  new Socket("https://site.test/ws/", options).open();
  assert.equal(network.last.url, "wss://site.test/ws/");
});

test("a request is resolved with the frame that repeats its request_id", async () => {
  const { network, socket } = connected();
  const answer = socket.request({ type: "conversation.rename", conversation_id: "c", title: "T" });
  const { request_id } = network.sent("conversation.rename")[0];
  assert.match(request_id, /^[0-9a-f-]{36}$/);
  network.deliver({ type: "conversation.changed", request_id: "another", conversation: {} });
  network.deliver({ type: "conversation.changed", request_id, conversation: { title: "T" } });
  assert.deepEqual((await answer).conversation, { title: "T" });
});

test("a request is rejected with the error frame", async () => {
  const { network, socket } = connected();
  const answer = socket.request(TURN);
  const { request_id } = network.sent("turn.send")[0];
  const error = { type: "error", request_id, code: "no_model", message: "No model.", field: null };
  network.deliver(error);
  await assert.rejects(answer, (reason) => assert.deepEqual(reason, error) ?? true);
});

test("a request_id that was given is kept", () => {
  const { network, socket } = connected();
  socket.request({ ...TURN, request_id: "given" });
  assert.equal(network.sent("turn.send")[0].request_id, "given");
});

test("an unanswered turn is sent again with the same request_id after every reconnection", () => {
  const { network, clock, socket } = connected();
  socket.request(TURN);
  const first = network.sent("turn.send");
  for (let again = 0; again < 3; again += 1) {
    network.drop();
    clock.pass(15_000);
    network.accept();
    assert.deepEqual(network.sent("turn.send"), first);
  }
});

test("an unanswered turn is sent again with the same request_id after a reload", () => {
  const before = connected();
  before.socket.request(TURN);
  const after = connected({ storage: before.storage });
  assert.deepEqual(after.network.sent("turn.send"), before.network.sent("turn.send"));
});

test("an answered turn is not sent again after a reload", () => {
  const before = connected();
  before.socket.request(TURN);
  const { request_id } = before.network.sent("turn.send")[0];
  before.network.deliver({ type: "turn.started", request_id, messages: [], generation_id: "g" });
  const after = connected({ storage: before.storage });
  assert.deepEqual(after.network.sent("turn.send"), []);
});

test("a refused turn is not sent again after a reload", async () => {
  const before = connected();
  const answer = before.socket.request(TURN);
  const { request_id } = before.network.sent("turn.send")[0];
  before.network.deliver({ type: "error", request_id, code: "busy", message: "", field: null });
  await assert.rejects(answer);
  assert.deepEqual(connected({ storage: before.storage }).network.sent("turn.send"), []);
});

test("a turn that was answered after a reload is not sent a third time", () => {
  const before = connected();
  before.socket.request(TURN);
  const { request_id } = before.network.sent("turn.send")[0];
  const after = connected({ storage: before.storage });
  after.network.deliver({ type: "turn.started", request_id, messages: [], generation_id: "g" });
  after.network.drop();
  after.clock.pass(15_000);
  after.network.accept();
  assert.deepEqual(after.network.sent("turn.send"), []);
});

test("the error of a request other than a turn goes to its caller alone", async () => {
  const { network, socket, of } = connected();
  const asked = socket.request({ type: "conversation.delete", conversation_id: "c" });
  const [{ request_id }] = network.sent("conversation.delete");
  const error = { type: "error", request_id, code: "not_found", message: "Gone." };
  network.deliver(error);
  await assert.rejects(asked, error);
  assert.deepEqual(of("error"), []);
});

test("a request that makes no turn is sent again after a reconnection until it is answered", () => {
  const { network, clock, socket } = connected();
  socket.request({ type: "conversation.rename", conversation_id: "c", title: "T" });
  const [{ request_id }] = network.sent("conversation.rename");
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.deepEqual(
    network.sent("conversation.rename").map((each) => each.request_id),
    [request_id],
  );
  network.deliver({
    type: "conversation.changed",
    request_id,
    conversation: { id: "c" },
    messages: [],
  });
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.deepEqual(network.sent("conversation.rename"), []);
});

test("a request that makes no turn does not outlive the page", () => {
  const before = connected();
  before.socket.request({ type: "conversation.rename", conversation_id: "c", title: "T" });
  assert.deepEqual(connected({ storage: before.storage }).network.sent("conversation.rename"), []);
});

test("the watched conversation is opened again with the newest version that was seen", () => {
  const { network, clock, socket } = connected();
  socket.watch("c", 4);
  network.deliver({
    type: "conversation.changed",
    conversation: { id: "c", version: 9 },
    messages: [],
  });
  network.deliver({
    type: "conversation.changed",
    conversation: { id: "d", version: 50 },
    messages: [],
  });
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.deepEqual(network.sent("conversation.open"), [
    { type: "conversation.open", conversation_id: "c", version: 9 },
  ]);
});

test("a conversation that is not watched any more is not opened again", () => {
  const { network, clock, socket } = connected();
  socket.watch("c", 4);
  socket.watch(null);
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.deepEqual(network.sent("conversation.open"), []);
});
