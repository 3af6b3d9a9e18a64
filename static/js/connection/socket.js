/**
 * The one websocket of a tab, as docs/protocol.md describes it: it reconnects, asks again for what
 * it missed, acknowledges what it read and sends again what was not answered.
 *
 * Every frame that arrives is dispatched as a CustomEvent of the frame's type with the frame as
 * its detail. The events of a followed generation arrive in order, each exactly once. Besides:
 *
 * - `connection` {online, retryInSeconds}: whether the site is reached, and when it is tried again;
 * - `signed-out` {code}: the site wants nobody or somebody else here (4401); it stays closed.
 */

import { wallClock } from "#js/connection/clock.js";
import { Following } from "#js/connection/following.js";
import { randomId } from "#js/connection/ids.js";
import { Outbox } from "#js/connection/outbox.js";
import { Reconnection } from "#js/connection/reconnection.js";
import { Emitter } from "#js/ui/emitter.js";

/**
 * @typedef {import("#js/connection/clock.js").Clock} Clock
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 * @typedef {{frame: Frame, resolve: (answer: Frame) => void, reject: (error: Frame) => void}} Wait
 */

const PING_EVERY_MS = 25_000;
const PONG_WITHIN_MS = 10_000;
const SIGNED_OUT = 4401;

/** @extends {Emitter<import("#js/events.js").SocketEvents>} */
export class Socket extends Emitter {
  #url;
  #outbox;
  #WebSocket;
  #clock;
  #following;
  #reconnection;
  /** @type {WebSocket | null} */
  #connection = null;
  /** @type {Map<string, Wait>} */
  #waiting = new Map();
  /** @type {Frame[]} */
  #unsent = [];
  /** @type {{id: string, version: number} | null} */
  #watched = null;
  #heartbeat = null;

  /**
   * @param {string} url absolute, or a path on the site
   * @param {object} [options]
   * @param {Outbox} [options.outbox] where requests for turns live until they are answered
   * @param {typeof WebSocket} [options.WebSocket]
   * @param {Clock} [options.clock]
   * @param {EventTarget & {document?: {visibilityState: string}}} [options.window] tells when the
   *   browser is online or the page visible again
   */
  constructor(url, options = {}) {
    super();
    this.#url = url;
    this.#outbox = options.outbox ?? new Outbox("");
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.#clock = options.clock ?? wallClock;
    this.#following = new Following(this.#clock, (frame) => this.#transmit(frame));
    this.#reconnection = new Reconnection({
      clock: this.#clock,
      window: options.window ?? globalThis.window,
      connect: () => this.#connect(),
      check: () => this.#ping(),
    });
  }

  /** Connects and stays connected until `close`. */
  open() {
    this.#reconnection.start();
    if (!this.#connection) this.#reconnection.now();
  }

  /** Disconnects for good; `open` begins anew. */
  close() {
    this.#reconnection.stop();
    this.#letGo()?.close(1000);
  }

  /**
   * Sends a frame that has no answer, or as soon as the site is reached again.
   *
   * @param {Frame} frame
   */
  send(frame) {
    if (!this.#transmit(frame)) this.#unsent.push(frame);
  }

  /**
   * Sends a frame under a `request_id`, again after each reconnection until it is answered. The
   * requests for turns are kept in the outbox, so they are also sent again after a reload; what
   * became of them is for everybody to hear, and an `error` of any other for its caller alone.
   *
   * @param {Frame} frame
   * @returns {Promise<Frame>} the answer; rejected with the `error` frame
   */
  request(frame) {
    const request = { ...frame, request_id: frame.request_id ?? randomId() };
    if (isTurn(request)) this.#outbox.put(request);
    return new Promise((resolve, reject) => {
      this.#waiting.set(request.request_id, { frame: request, resolve, reject });
      this.#transmit(request);
    });
  }

  /**
   * Follows a generation from its event `after` on, until it has finished. `turn.started` does so
   * by itself, from the `seq` of the messages it carries: start their transcript from those.
   *
   * @param {string} generationId
   * @param {number} after the number of the last event the page has
   */
  follow(generationId, after) {
    this.#following.follow(generationId, after);
  }

  /** @param {string} generationId */
  unfollow(generationId) {
    this.#following.unfollow(generationId);
  }

  /**
   * Hears of all changes to one conversation, the one on the page, also of those while it was away.
   *
   * @param {string | null} conversationId null for none
   * @param {number} [version] the newest the page has
   */
  watch(conversationId, version = 0) {
    this.#watched = conversationId === null ? null : { id: conversationId, version };
    this.#openWatched();
  }

  #connect() {
    const connection = new this.#WebSocket(absolute(this.#url));
    this.#connection = connection;
    connection.onopen = () => this.#opened();
    connection.onmessage = (event) => this.#received(event.data);
    connection.onclose = (event) => this.#lost(event.code);
  }

  #opened() {
    this.#reconnection.succeeded();
    this.#heartbeat = this.#clock.setTimeout(() => this.#ping(), PING_EVERY_MS);
    this.emit("connection", { online: true, retryInSeconds: 0 });
    const requests = [...this.#waiting.values()].map((wait) => wait.frame);
    const kept = this.#outbox.requests.filter((each) => !this.#waiting.has(each.request_id));
    for (const frame of [...kept, ...requests, ...this.#unsent.splice(0)]) this.#transmit(frame);
    this.#openWatched();
    this.#following.resume();
  }

  /** @param {number} code */
  #lost(code) {
    this.#letGo();
    if (code === SIGNED_OUT) {
      this.#reconnection.stop();
      this.emit("signed-out", { code });
    } else {
      const wait = this.#reconnection.failed();
      this.emit("connection", { online: false, retryInSeconds: wait / 1000 });
    }
  }

  /** The connection, of which nothing is heard from here on. */
  #letGo() {
    const connection = this.#connection;
    this.#clock.clearTimeout(this.#heartbeat);
    this.#following.pause();
    this.#connection = null;
    if (connection) connection.onopen = connection.onmessage = connection.onclose = null;
    return connection;
  }

  /** @param {string} text */
  #received(text) {
    this.#beat();
    const frame = JSON.parse(text);
    if (frame.type === "generation.events") {
      const news = this.#following.receive(frame, text);
      if (news) this.emit(frame.type, news);
      return;
    }
    if (frame.type === "turn.started") this.#following.begin(frame);
    if (frame.conversation) this.#noteVersion(frame.conversation);
    const wait = this.#waiting.get(frame.request_id ?? "");
    const isPrivate = frame.type === "error" && wait && !isTurn(wait.frame);
    if (!isPrivate) this.emit(frame.type, frame);
    if (frame.request_id) this.#answered(frame, wait);
  }

  /** @param {Frame} frame @param {Wait | undefined} wait */
  #answered(frame, wait) {
    const id = /** @type {string} */ (frame.request_id);
    this.#waiting.delete(id);
    this.#outbox.remove(id);
    if (frame.type === "error") wait?.reject(frame);
    else wait?.resolve(frame);
  }

  /** @param {{id: string, version?: number}} conversation */
  #noteVersion(conversation) {
    if (!this.#watched || this.#watched.id !== conversation.id) return;
    this.#watched.version = Math.max(this.#watched.version, conversation.version ?? 0);
  }

  #openWatched() {
    if (!this.#watched) return;
    const { id, version } = this.#watched;
    this.#transmit({ type: "conversation.open", conversation_id: id, version });
  }

  /** Asks for a sign of life; a connection that gives none in time is given up. */
  #ping() {
    if (!this.#transmit({ type: "ping" })) return;
    this.#clock.clearTimeout(this.#heartbeat);
    this.#heartbeat = this.#clock.setTimeout(() => {
      const connection = this.#connection;
      this.#lost(1006);
      connection?.close();
    }, PONG_WITHIN_MS);
  }

  /** Whatever arrives is a sign of life. */
  #beat() {
    this.#clock.clearTimeout(this.#heartbeat);
    this.#heartbeat = this.#clock.setTimeout(() => this.#ping(), PING_EVERY_MS);
  }

  /** @param {Frame} frame @returns {boolean} whether there was a connection to send it on */
  #transmit(frame) {
    if (this.#connection?.readyState !== 1) return false;
    this.#connection.send(JSON.stringify(frame));
    return true;
  }
}

/** @param {Frame} frame @returns {boolean} */
function isTurn({ type }) {
  return type.startsWith("turn.");
}

/** @param {string} url @returns {string} */
function absolute(url) {
  const address = new URL(url, globalThis.location?.href);
  address.protocol = address.protocol.replace(/^http/, "ws");
  return address.href;
}
