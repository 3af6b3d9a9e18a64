import assert from "node:assert/strict";
import test from "node:test";

import { Outbox } from "#js/connection/outbox.js";
import { Socket } from "#js/connection/socket.js";
import { FakeClock, FakeNetwork, FakeStorage, FakeWindow } from "./fakes.js";

const TURN = { type: "turn.send", conversation_id: null, content: "Hello" };

/** A page's socket over a fake network; `heard` keeps everything it dispatched. */
function page({ storage = new FakeStorage() } = {}) {
  const network = new FakeNetwork();
  const clock = new FakeClock();
  const window = new FakeWindow();
  const outbox = new Outbox("alice", storage);
  const { WebSocket } = network;
  const socket = new Socket("ws://site.test/ws/", { outbox, WebSocket, clock, window });
  const heard = [];
  const types = [
    "hello",
    "connection",
    "signed-out",
    "error",
    "generation.events",
    "turn.started",
    "conversation.changed",
    "pong",
  ];
  for (const type of types) {
    socket.on(type, (detail) => heard.push([type, detail]));
  }
  const of = (type) => heard.filter(([each]) => each === type).map(([, detail]) => detail);
  return { network, clock, window, outbox, socket, of, storage };
}

function connected(options) {
  const made = page(options);
  made.socket.open();
  made.network.accept();
  return made;
}

/** A `generation.events` with the events numbered `from` to `to`. */
function events(from, to, { id = "g", last = "" } = {}) {
  const list = [];
  for (let seq = from; seq <= to; seq += 1) list.push({ type: "delta", content: `${seq} ` });
  if (last) list[list.length - 1] = { type: "finished", cause: last, finish_reasons: {} };
  return { type: "generation.events", generation_id: id, seq: to, events: list };
}

function contents(frames) {
  return frames.flatMap((frame) => frame.events.map((event) => event.content)).join("");
}

// Frames -----------------------------------------------------------------------------------------

test("a frame is dispatched as an event of its type", () => {
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

// Requests ---------------------------------------------------------------------------------------

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

test("a refused request that makes no turn is told to whoever asked, and to nobody else", async () => {
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

// Following --------------------------------------------------------------------------------------

test("the events of a followed generation arrive in order", () => {
  const { network, socket, of } = connected();
  socket.follow("g", 2);
  assert.deepEqual(network.sent("generation.follow"), [
    { type: "generation.follow", generation_id: "g", after: 2 },
  ]);
  network.deliver(events(3, 4));
  network.deliver(events(5, 5));
  assert.equal(contents(of("generation.events")), "3 4 5 ");
});

test("events that are repeated are dropped, wholly or in part", () => {
  const { network, socket, of } = connected();
  socket.follow("g", 0);
  network.deliver(events(1, 3));
  network.deliver(events(1, 3));
  network.deliver(events(2, 5));
  assert.equal(contents(of("generation.events")), "1 2 3 4 5 ");
});

test("a gap is asked for from the cursor, once, and nothing is shown out of order", () => {
  const { network, clock, socket, of } = connected();
  socket.follow("g", 0);
  network.deliver(events(1, 2));
  clock.pass(5_000);
  network.deliver(events(5, 6));
  network.deliver(events(7, 7));
  assert.deepEqual(network.sent("generation.follow").slice(1), [
    { type: "generation.follow", generation_id: "g", after: 2 },
  ]);
  network.deliver(events(3, 7));
  assert.equal(contents(of("generation.events")), "1 2 3 4 5 6 7 ");
});

test("a gap that is not filled is asked for again", () => {
  const { network, clock, socket } = connected();
  socket.follow("g", 0);
  clock.pass(5_000);
  network.deliver(events(3, 3));
  clock.pass(5_000);
  network.deliver(events(4, 4));
  assert.equal(network.sent("generation.follow").length, 3);
});

test("after a reconnection a generation is followed from its cursor", () => {
  const { network, clock, socket, of } = connected();
  socket.follow("g", 0);
  network.deliver(events(1, 4));
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.deepEqual(network.sent("generation.follow"), [
    { type: "generation.follow", generation_id: "g", after: 4 },
  ]);
  network.deliver(events(4, 6));
  assert.equal(contents(of("generation.events")), "1 2 3 4 5 6 ");
});

test("several generations keep a cursor each", () => {
  const { network, clock, socket } = connected();
  socket.follow("g", 0);
  socket.follow("h", 7);
  network.deliver(events(1, 2));
  network.deliver(events(8, 9, { id: "h" }));
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.deepEqual(
    network.sent("generation.follow").map((frame) => frame.after),
    [2, 9],
  );
});

test("a generation that finished is not followed any more", () => {
  const { network, clock, socket, of } = connected();
  socket.follow("g", 0);
  network.deliver(events(1, 3, { last: "completed" }));
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.equal(of("generation.events").length, 1);
  assert.deepEqual(network.sent("generation.follow"), []);
});

test("events of a generation that nobody follows are not dispatched", () => {
  const { network, socket, of } = connected();
  socket.follow("g", 0);
  socket.unfollow("g");
  network.deliver(events(1, 1));
  assert.deepEqual(of("generation.events"), []);
});

test("a turn that started is followed from what its messages hold", () => {
  const { network, of } = connected();
  const generation = { id: "g", status: "running", seq: 3 };
  network.deliver({ type: "turn.started", messages: [{ generation }], generation_id: "g" });
  network.deliver(events(1, 5));
  assert.equal(contents(of("generation.events")), "4 5 ");
  assert.deepEqual(network.sent("generation.follow"), []);
});

test("a repeated turn that has finished meanwhile is not followed", () => {
  const { network, clock } = connected();
  const generation = { id: "g", status: "completed", seq: 3 };
  network.deliver({ type: "turn.started", messages: [{ generation }], generation_id: "g" });
  network.drop();
  clock.pass(15_000);
  network.accept();
  assert.deepEqual(network.sent("generation.follow"), []);
});

// Acknowledging ----------------------------------------------------------------------------------

test("what was read is acknowledged within a second", () => {
  const { network, clock, socket } = connected();
  socket.follow("g", 0);
  network.deliver(events(1, 2));
  clock.pass(500);
  network.deliver(events(3, 3));
  clock.pass(499);
  assert.deepEqual(network.sent("generation.ack"), []);
  clock.pass(1);
  assert.deepEqual(network.sent("generation.ack"), [
    { type: "generation.ack", generation_id: "g", seq: 3 },
  ]);
});

test("nothing is acknowledged twice", () => {
  const { network, clock, socket } = connected();
  socket.follow("g", 0);
  network.deliver(events(1, 2));
  clock.pass(20_000);
  assert.equal(network.sent("generation.ack").length, 1);
});

test("64 kB are acknowledged at once, counted in bytes and not in characters", () => {
  const { network, socket } = connected();
  socket.follow("g", 0);
  const frame = (seq) => ({
    ...events(seq, seq),
    events: [{ type: "delta", content: "字".repeat(11_000) }],
  });
  network.deliver(frame(1));
  assert.deepEqual(network.sent("generation.ack"), []);
  network.deliver(frame(2));
  assert.deepEqual(
    network.sent("generation.ack").map(({ seq }) => seq),
    [2],
  );
});

test("the last event is acknowledged at once", () => {
  const { network, socket } = connected();
  socket.follow("g", 0);
  network.deliver(events(1, 3, { last: "stopped" }));
  assert.deepEqual(
    network.sent("generation.ack").map(({ seq }) => seq),
    [3],
  );
});

// The watched conversation -----------------------------------------------------------------------

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

// Reconnecting -----------------------------------------------------------------------------------

for (const code of [1000, 1006, 1008, 1012, 4408]) {
  test(`the page reconnects after close code ${code}`, () => {
    const { network, clock, of } = connected();
    network.drop(code);
    assert.deepEqual(of("connection").at(-1), { online: false, retryInSeconds: 0.25 });
    clock.pass(250);
    network.accept();
    assert.deepEqual(of("connection").at(-1), { online: true, retryInSeconds: 0 });
    assert.equal(network.sockets.length, 2);
  });
}

test("the page does not reconnect after close code 4401", () => {
  const { network, clock, window, of } = connected();
  network.drop(4401);
  clock.pass(60_000);
  window.fire("online");
  assert.deepEqual(of("signed-out"), [{ code: 4401 }]);
  assert.equal(network.sockets.length, 1);
});

test("the waits grow to 15 s, with full jitter", () => {
  const { network, clock, socket, of } = page();
  clock.chance = 1;
  socket.open();
  for (let attempt = 0; attempt < 7; attempt += 1) {
    network.drop();
    clock.pass(15_000);
  }
  clock.chance = 0;
  network.drop();
  const waits = of("connection").map(({ retryInSeconds }) => retryInSeconds);
  assert.deepEqual(waits, [0.5, 1, 2, 4, 8, 15, 15, 0]);
});

test("a site that accepts and closes at once is tried less and less often", () => {
  const { network, clock, socket, of } = page();
  clock.chance = 1;
  socket.open();
  for (let attempt = 0; attempt < 3; attempt += 1) {
    network.accept();
    network.drop();
    clock.pass(15_000);
  }
  const waits = of("connection").filter(({ online }) => !online);
  assert.deepEqual(
    waits.map(({ retryInSeconds }) => retryInSeconds),
    [0.5, 1, 2],
  );
});

test("a connection that lasted starts the waits from the beginning", () => {
  const { network, clock, socket, of } = page();
  clock.chance = 1;
  socket.open();
  network.drop();
  clock.pass(500);
  network.accept();
  clock.pass(6_000);
  network.drop();
  assert.equal(of("connection").at(-1).retryInSeconds, 0.5);
});

test("the page reconnects at once when the browser is online again", () => {
  const { network, window } = connected();
  network.drop();
  window.fire("online");
  assert.equal(network.sockets.length, 2);
});

test("the page reconnects at once when it is visible again, and not when it is hidden", () => {
  const { network, window } = connected();
  network.drop();
  window.document.visibilityState = "hidden";
  window.fire("visibilitychange");
  assert.equal(network.sockets.length, 1);
  window.document.visibilityState = "visible";
  window.fire("visibilitychange");
  assert.equal(network.sockets.length, 2);
});

test("a connection that stands is checked when the page is visible again", () => {
  const { network, window } = connected();
  window.fire("visibilitychange");
  assert.deepEqual(network.last.sent, [{ type: "ping" }]);
});

test("an idle connection is pinged every 25 s and kept while it answers", () => {
  const { network, clock } = connected();
  for (let round = 1; round <= 3; round += 1) {
    clock.pass(25_000);
    assert.equal(network.sent("ping").length, round);
    network.deliver({ type: "pong" });
  }
  assert.equal(network.sockets.length, 1);
});

test("a connection that does not answer a ping in 10 s is given up", () => {
  const { network, clock, of } = connected();
  clock.pass(25_000);
  const silent = network.last;
  clock.pass(9_999);
  assert.deepEqual(
    of("connection").map(({ online }) => online),
    [true],
  );
  clock.pass(1);
  assert.deepEqual(
    of("connection").map(({ online }) => online),
    [true, false],
  );
  assert.equal(silent.readyState, 3);
  clock.pass(15_000);
  assert.equal(network.sockets.length, 2);
});

test("a socket that was closed on purpose stays closed", () => {
  const { network, clock, window, socket } = connected();
  socket.close();
  clock.pass(60_000);
  window.fire("online");
  assert.deepEqual([network.sockets.length, network.last.closedWith], [1, 1000]);
});

test("opening while the next attempt is planned makes one connection, at once", () => {
  const { network, clock, socket } = connected();
  network.drop();
  socket.open();
  assert.equal(network.sockets.length, 2);
  clock.pass(60_000);
  assert.equal(network.sockets.length, 2);
});

test("opening twice makes one connection", () => {
  const { network, socket } = connected();
  socket.open();
  assert.equal(network.sockets.length, 1);
});
