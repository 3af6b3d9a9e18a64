/**
 * The websocket of a tab: docs/protocol.md. It reconnects, asks again for missed events,
 * acknowledges those it read and repeats unanswered requests.
 *
 * Every frame that arrives is emitted as an event of the frame's type. The events of a followed
 * generation arrive in order, each exactly once. Two events are the socket's own:
 *
 * - `connection`: whether the site can be reached, when the next attempt is made, and `reason`, why
 *   there is none if that is known: "offline" for a browser without a network, "proxy" for one that
 *   passes on no websocket, "address" for a page at an address that is not the site's,
 *   "too-many-pages" for one that the site closed because the user has opened others (4409), which
 *   stays closed;
 * - `signed-out`: the session ended or belongs to another user (4401); the socket stays closed.
 *   A renewed session has another key: first it tries once more, with the cookie of now.
 */

import { wallClock } from "#js/connection/clock.js";
import { Following } from "#js/connection/following.js";
import { Heartbeat } from "#js/connection/heartbeat.js";
import { findObstacle } from "#js/connection/obstacle.js";
import { Outbox } from "#js/connection/outbox.js";
import { Reconnection } from "#js/connection/reconnection.js";
import { isTurn, Requests } from "#js/connection/requests.js";
import { Emitter } from "#js/ui/emitter.js";

/**
 * @typedef {import("#js/connection/clock.js").Clock} Clock
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 */

const SIGNED_OUT = 4401;
const TOO_MANY_PAGES = 4409;
// A site that restarts hardly ever refuses so many connections in a row.
const TRIES_WITHOUT_REASON = 3;
// A browser can be wrong: a site on the same machine needs no network.
const OFFLINE_RETRY_MS = 5_000;

/** @extends {Emitter<import("#js/events.js").SocketEvents>} */
export class Socket extends Emitter {
  #url;
  #requests;
  #WebSocket;
  #clock;
  #following;
  #reconnection;
  /** @type {WebSocket | null} */
  #connection = null;
  /** @type {Frame[]} */
  #unsent = [];
  /** @type {{id: string, version: number} | null} */
  #watched = null;
  #heartbeat;
  #findObstacle;
  /** The site has sent a frame: the cookie of this connection was a good one. */
  #isAccepted = false;
  #tries = 0; // since the last connection that was opened
  /** @type {"" | "offline" | "proxy" | "address"} */
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
    this.#requests = new Requests(options.outbox ?? new Outbox(""));
    this.#WebSocket = options.WebSocket ?? globalThis.WebSocket;
    this.#clock = options.clock ?? wallClock;
    this.#findObstacle = options.findObstacle ?? findObstacle;
    this.#following = new Following(this.#clock, (frame) => this.#transmit(frame));
    this.#heartbeat = new Heartbeat(
      this.#clock,
      () => this.#transmit({ type: "ping" }),
      () => this.#giveUp(),
    );
    this.#reconnection = new Reconnection({
      clock: this.#clock,
      window: options.window ?? globalThis.window,
      connect: () => this.#connect(),
      check: () => this.#heartbeat.probe(),
      network: (isThere) => this.#networkChanged(isThere),
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
    const answer = this.#requests.begin(frame, (request) => this.#transmit(request));
    if (isTurn(frame)) this.#heartbeat.probe();
    return answer;
  }

  /**
   * Takes back a request that was never sent.
   *
   * @param {string} requestId
   * @returns {boolean} false if the site may have it
   */
  withdraw(requestId) {
    return this.#requests.withdraw(requestId);
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
    this.#heartbeat.beat();
    this.emit("connection", { online: true, retryInSeconds: 0, reason: "" });
    const frames = [...this.#requests.again(), ...this.#unsent.splice(0)];
    for (const frame of frames) this.#transmit(frame);
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

  /**
   * Gives up the connection at once where the browser has no network: nothing else would tell.
   *
   * @param {boolean} isThere
   */
  #networkChanged(isThere) {
    this.#reason = isThere ? "" : "offline";
    if (isThere) return;
    this.#detach()?.close();
    this.#isAccepted = false;
    const retryInSeconds = this.#reconnection.failed(OFFLINE_RETRY_MS) / 1000;
    this.emit("connection", { online: false, retryInSeconds, reason: "offline" });
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
    if (this.#reason === "offline") return;
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
    this.#heartbeat.stop();
    this.#following.pause();
    this.#connection = null;
    if (connection) connection.onopen = connection.onmessage = connection.onclose = null;
    return connection;
  }

  /** @param {string} text */
  #received(text) {
    this.#heartbeat.beat();
    this.#isAccepted = true;
    const frame = JSON.parse(text);
    if (frame.type === "generation.events") {
      const fresh = this.#following.receive(frame, text);
      if (fresh) this.emit(frame.type, fresh);
      return;
    }
    if (frame.type === "turn.started") this.#following.begin(frame);
    if (frame.conversation) this.#noteVersion(frame.conversation);
    if (!this.#requests.isPrivateError(frame)) this.emit(frame.type, frame);
    this.#requests.answered(frame);
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

  #giveUp() {
    const connection = this.#connection;
    this.#lost(1006);
    connection?.close();
  }

  /** @param {Frame} frame @returns {boolean} whether it was sent */
  #transmit(frame) {
    if (this.#connection?.readyState !== 1) return false;
    this.#connection.send(JSON.stringify(frame));
    return true;
  }
}

/** @param {string} url @returns {string} */
function absolute(url) {
  const address = new URL(url, globalThis.location?.href);
  address.protocol = address.protocol.replace(/^http/, "ws");
  return address.href;
}
