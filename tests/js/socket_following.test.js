import assert from "node:assert/strict";
import test from "node:test";

import { connected, contents, events } from "./socket_page.js";

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

test("events of a generation that is not followed are not emitted", () => {
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

test("however fast several models write, at most ten acknowledgements a second are sent", () => {
  const { network, clock, socket } = connected();
  const names = ["a", "b", "c", "d"];
  for (const id of names) socket.follow(id, 0);
  const content = "x".repeat(70_000);
  for (let round = 1; round <= 100; round += 1) {
    for (const id of names) {
      const list = [{ type: "delta", content }];
      network.deliver({ type: "generation.events", generation_id: id, seq: round, events: list });
    }
    clock.pass(20);
  }
  const acks = network.sent("generation.ack");
  assert.ok(acks.length <= 21, `${acks.length} in two seconds`);
  clock.pass(2_000);
  for (const id of names) {
    const of = network.sent("generation.ack").filter((ack) => ack.generation_id === id);
    assert.ok(of.length >= 4, `${id} was acknowledged ${of.length} times`);
    assert.equal(of.at(-1).seq, 100);
  }
});
