import assert from "node:assert/strict";
import test from "node:test";

import { connected, page } from "./socket_page.js";

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
