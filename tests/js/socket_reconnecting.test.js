import assert from "node:assert/strict";
import test from "node:test";

import { connected, page, TURN } from "./socket_page.js";

for (const code of [1000, 1006, 1008, 1012, 4408]) {
  test(`the page reconnects after close code ${code}`, () => {
    const { network, clock, of } = connected();
    network.drop(code);
    assert.deepEqual(of("connection").at(-1), { online: false, retryInSeconds: 0.25, reason: "" });
    clock.pass(250);
    network.accept();
    assert.deepEqual(of("connection").at(-1), { online: true, retryInSeconds: 0, reason: "" });
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

test("a session that was renewed is tried once more, with the cookie of now", () => {
  const { network, clock, of } = connected();
  network.deliver({ type: "pong" });
  network.drop(4401);
  assert.equal(network.sockets.length, 2);
  network.accept();
  assert.deepEqual(of("signed-out"), []);
  network.drop(4401);
  clock.pass(60_000);
  assert.deepEqual(of("signed-out"), [{ code: 4401 }]);
  assert.equal(network.sockets.length, 2);
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

test("an open connection is checked when the page is visible again", () => {
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

test("the page does not reconnect by itself after close code 4409, and says why", () => {
  const { network, clock, window, socket, of } = connected();
  network.drop(4409);
  clock.pass(60_000);
  window.fire("online");
  assert.equal(network.sockets.length, 1);
  assert.equal(of("connection").at(-1).reason, "too-many-pages");
  socket.open();
  network.accept();
  assert.equal(network.sockets.length, 2);
  assert.deepEqual(of("connection").at(-1), { online: true, retryInSeconds: 0, reason: "" });
});

/** Lets so many attempts to connect fail, and what the page found out about it arrive. */
async function fail({ network, clock, socket }, attempts) {
  socket.open();
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    if (attempt > 0) clock.pass(15_000);
    network.drop();
    await Promise.resolve();
    await Promise.resolve();
  }
}

test("a proxy that passes on no websocket is named after three attempts", async () => {
  const made = page({ obstacle: "proxy" });
  await fail(made, 2);
  assert.equal(made.of("connection").at(-1).reason, "");
  made.clock.pass(15_000);
  await fail(made, 1);
  assert.equal(made.of("connection").at(-1).reason, "proxy");
  made.clock.pass(15_000);
  made.network.accept();
  made.network.drop();
  assert.equal(made.of("connection").at(-1).reason, "");
});

test("a site that is away is not taken for a proxy", async () => {
  const made = page({ obstacle: null });
  await fail(made, 5);
  assert.deepEqual(
    made.of("connection").map(({ reason }) => reason),
    ["", "", "", "", ""],
  );
});

test("a session that ended while no connection could be opened is signed out", async () => {
  const made = page({ obstacle: "signed-out" });
  await fail(made, 3);
  assert.deepEqual(made.of("signed-out"), [{ code: 4401 }]);
  made.clock.pass(60_000);
  assert.equal(made.network.sockets.length, 3);
});

test("a browser without a network is said to be offline at once, and back at once", () => {
  const { network, clock, window, of } = connected();
  window.fire("offline");
  const { online, reason } = of("connection").at(-1);
  assert.deepEqual([online, reason], [false, "offline"]);
  assert.equal(network.last.readyState, 3);
  clock.pass(4_999);
  assert.equal(network.sockets.length, 1);
  window.fire("online");
  assert.equal(network.sockets.length, 2);
  network.accept();
  assert.equal(of("connection").at(-1).online, true);
});

test("a browser that is wrong about its network is put right within seconds", () => {
  const { network, clock, window, of } = connected();
  window.fire("offline");
  clock.pass(5_000);
  network.accept();
  assert.equal(of("connection").at(-1).online, true);
});

test("what is tried in vain while the browser is offline changes no reason", () => {
  const { network, clock, window, of } = connected();
  window.fire("offline");
  for (let attempt = 0; attempt < 4; attempt += 1) {
    clock.pass(15_000);
    network.drop();
  }
  assert.deepEqual(
    [
      ...new Set(
        of("connection")
          .slice(1)
          .map((each) => each.reason),
      ),
    ],
    ["offline"],
  );
  window.fire("online");
  network.drop();
  assert.equal(of("connection").at(-1).reason, "");
});

for (const type of ["online", "focus", "pageshow", "visibilitychange"]) {
  test(`a dead connection is noticed soon after ${type}`, () => {
    const { network, clock, window } = connected();
    const silent = network.last;
    window.fire(type);
    window.fire(type);
    assert.deepEqual(silent.sent, [{ type: "ping" }]);
    clock.pass(4_000);
    assert.equal(silent.closedWith, undefined);
    assert.equal(silent.readyState, 3);
    clock.pass(250);
    assert.equal(network.sockets.length, 2);
  });
}

test("a dead connection is noticed soon after a turn was sent on it, which goes again", () => {
  const { network, clock, socket } = connected();
  socket.request({ ...TURN, request_id: "r1" });
  clock.pass(4_250);
  network.accept();
  assert.deepEqual(
    network.sent("turn.send").map((frame) => frame.request_id),
    ["r1"],
  );
});

test("a request that was never sent can be taken back, and no other", () => {
  const { network, socket, outbox, window } = connected();
  socket.request({ ...TURN, request_id: "r1" });
  assert.equal(socket.withdraw("r1"), false);
  network.deliver({ type: "turn.started", request_id: "r1", generation_id: "g1" });
  window.fire("offline");
  socket.request({ ...TURN, request_id: "r2" });
  assert.equal(socket.withdraw("r2"), true);
  assert.deepEqual(outbox.requests, []);
  window.fire("online");
  network.accept();
  assert.deepEqual(network.sent("turn.send"), []);
});
