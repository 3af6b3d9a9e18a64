/** The socket of a page over a fake network, for the tests of the connection. */

import { Outbox } from "#js/connection/outbox.js";
import { Socket } from "#js/connection/socket.js";
import { FakeClock, FakeNetwork, FakeStorage, FakeWindow } from "./fakes.js";

export const TURN = { type: "turn.send", conversation_id: null, content: "Hello" };

/** A page's socket over a fake network; `heard` has all events that it emitted. */
export function page({ storage = new FakeStorage(), obstacle = null } = {}) {
  const network = new FakeNetwork();
  const clock = new FakeClock();
  const window = new FakeWindow();
  const outbox = new Outbox("alice", storage);
  const { WebSocket } = network;
  const findObstacle = async () => obstacle;
  const options = { outbox, WebSocket, clock, window, findObstacle };
  const socket = new Socket("ws://site.test/ws/", options);
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

export function connected(options) {
  const made = page(options);
  made.socket.open();
  made.network.accept();
  return made;
}

/** A `generation.events` with the events numbered `from` to `to`. */
export function events(from, to, { id = "g", last = "" } = {}) {
  const list = [];
  for (let seq = from; seq <= to; seq += 1) list.push({ type: "delta", content: `${seq} ` });
  if (last) list[list.length - 1] = { type: "finished", cause: last, finish_reasons: {} };
  return { type: "generation.events", generation_id: id, seq: to, events: list };
}

export function contents(frames) {
  return frames.flatMap((frame) => frame.events.map((event) => event.content)).join("");
}
