/**
 * The websocket of a tab: docs/protocol.md. It reconnects, asks again for missed events,
 * acknowledges those it read and repeats unanswered requests.
 *
 * Every frame that arrives is emitted as an event of the frame's type. The events of a followed
 * generation arrive in order, each exactly once. Two events are the socket's own:
 *
 * - `connection`: whether the site can be reached, when the next attempt is made, and `reason`, why
 *   there is none if that is known: "proxy" for one that passes on no websocket, "address" for a
 *   page at an address that is not the site's, "too-many-pages" for one that the site closed
 *   because the user has opened others (4409), which stays closed;
 * - `signed-out`: the session ended or belongs to another user (4401); the socket stays closed.
 *   A renewed session has another key: first it tries once more, with the cookie of now.
 */

import { wallClock } from "#js/connection/clock.js";
import { Following } from "#js/connection/following.js";
import { randomId } from "#js/connection/ids.js";
import { findObstacle } from "#js/connection/obstacle.js";
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
const TOO_MANY_PAGES = 4409;
// A site that restarts hardly ever refuses so many connections in a row.
const TRIES_WITHOUT_REASON = 3;

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
  #findObstacle;
  /** The site has sent a frame: the cookie of this connection was a good one. */
  #isAccepted = false;
  #tries = 0; // since the last connection that was opened
  /** @type {"" | "proxy" | "address"} */
  #reason = "";

  /**
   * @param {string} url absolute, or a path on the site
   * @param {object} [options]
   * @param {Outbox} [options.outbox] stores requests for turns until they are answered
   * @param {typeof WebSocket} [options.WebSocket]
   * @param {Clock} [options.clock]
   * @param {EventTarget & {document?: {visibilityState: string}}} [options.window] its events
   *   tell when the browser is online or the page visible again
   * @param {typeof findObstacle} [options.findObstacle]
   */
  constructor(url, options = {}) {
    super();
    this.#url = url;
    this.#outbox = options.outbox ?? new Outbox("");
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.#clock = options.clock ?? wallClock;
    this.#findObstacle = options.findObstacle ?? findObstacle;
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

  /** Disconnects until `open` is called again. */
  close() {
    this.#reconnection.stop();
    this.#detach()?.close(1000);
  }

  /**
   * Sends a frame that has no answer: now, or after the next reconnection.
   *
   * @param {Frame} frame
   */
  send(frame) {
    if (!this.#transmit(frame)) this.#unsent.push(frame);
  }

  /**
   * Sends a frame with a `request_id`, and again after each reconnection until it is answered.
   *
   * Requests for turns are stored in the outbox, so they are repeated after a reload too. Their
   * errors are emitted as events as well; the error of any other request goes to its caller alone.
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
   * Follows a generation from the event behind `after` until it has finished. A `turn.started`
   * does this by itself, from the `seq` of its messages.
   *
   * @param {string} generationId
   * @param {number} after the `seq` of the last event that the page has
   */
  follow(generationId, after) {
    this.#following.follow(generationId, after);
  }

  /** @param {string} generationId */
  unfollow(generationId) {
    this.#following.unfollow(generationId);
  }

  /**
   * Asks for all changes to the conversation on the page, including those missed while offline.
   *
   * @param {string | null} conversationId null for none
   * @param {number} [version] the newest that the page has
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
    this.#tries = 0;
    this.#reason = "";
    this.#reconnection.succeeded();
    this.#heartbeat = this.#clock.setTimeout(() => this.#ping(), PING_EVERY_MS);
    this.emit("connection", { online: true, retryInSeconds: 0, reason: "" });
    const requests = [...this.#waiting.values()].map((wait) => wait.frame);
    const stored = this.#outbox.requests.filter((each) => !this.#waiting.has(each.request_id));
    for (const frame of [...stored, ...requests, ...this.#unsent.splice(0)]) this.#transmit(frame);
    this.#openWatched();
    this.#following.resume();
  }

  /** @param {number} code */
  #lost(code) {
    this.#detach();
    const wasAccepted = this.#isAccepted;
    this.#isAccepted = false;
    if (code === SIGNED_OUT) {
      if (wasAccepted) this.#reconnection.now();
      else this.#signedOut();
    } else if (code === TOO_MANY_PAGES) {
      this.#reconnection.stop();
      this.emit("connection", { online: false, retryInSeconds: 0, reason: "too-many-pages" });
    } else {
      const retryInSeconds = this.#reconnection.failed() / 1000;
      this.#tries += 1;
      this.emit("connection", { online: false, retryInSeconds, reason: this.#reason });
      if (this.#tries >= TRIES_WITHOUT_REASON) this.#explain(retryInSeconds);
    }
  }

  #signedOut() {
    this.#reconnection.stop();
    this.emit("signed-out", { code: SIGNED_OUT });
  }

  /**
   * Finds out why no connection opens, and says so if there is still none.
   *
   * @param {number} retryInSeconds
   */
  async #explain(retryInSeconds) {
    const tries = this.#tries;
    const obstacle = await this.#findObstacle(this.#url);
    if (this.#tries !== tries) return;
    if (obstacle === "signed-out") {
      this.#signedOut();
    } else if ((obstacle ?? "") !== this.#reason) {
      this.#reason = obstacle ?? "";
      this.emit("connection", { online: false, retryInSeconds, reason: this.#reason });
    }
  }

  /** Gives up the connection and returns it without its listeners. */
  #detach() {
    const connection = this.#connection;
    this.#clock.clearTimeout(this.#heartbeat);
    this.#following.pause();
    this.#connection = null;
    if (connection) connection.onopen = connection.onmessage = connection.onclose = null;
    return connection;
  }

  /** @param {string} text */
  #received(text) {
    this.#resetHeartbeat();
    this.#isAccepted = true;
    const frame = JSON.parse(text);
    if (frame.type === "generation.events") {
      const fresh = this.#following.receive(frame, text);
      if (fresh) this.emit(frame.type, fresh);
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

  /** Sends a ping; a connection on which nothing arrives in time is given up. */
  #ping() {
    if (!this.#transmit({ type: "ping" })) return;
    this.#clock.clearTimeout(this.#heartbeat);
    this.#heartbeat = this.#clock.setTimeout(() => {
      const connection = this.#connection;
      this.#lost(1006);
      connection?.close();
    }, PONG_WITHIN_MS);
  }

  /** Restarts the heartbeat: any frame shows that the connection works. */
  #resetHeartbeat() {
    this.#clock.clearTimeout(this.#heartbeat);
    this.#heartbeat = this.#clock.setTimeout(() => this.#ping(), PING_EVERY_MS);
  }

  /** @param {Frame} frame @returns {boolean} whether it was sent */
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
