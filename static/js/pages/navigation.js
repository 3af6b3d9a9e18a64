/** Opens conversations on the page, and applies the site's frames to the open one. */

import { Emitter } from "#js/ui/emitter.js";

/**
 * @typedef {import("#js/state/state.js").State} State
 * @typedef {import("#js/connection/socket.js").Socket} Socket
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 *
 * @extends {Emitter<import("#js/events.js").NavigationEvents>}
 */
export class Navigation extends Emitter {
  #state;
  #socket;
  /** @type {AbortController | null} */
  #loading = null;

  /** @param {State} state @param {Socket} socket */
  constructor(state, socket) {
    super();
    this.#state = state;
    this.#socket = socket;
    this.#follow();
    addEventListener("popstate", () => this.#show(idOf(location.pathname)));
  }

  /** @param {string | null} id of a conversation, null for a new one */
  async open(id) {
    if (await this.#show(id)) history.pushState(null, "", addressOf(id));
  }

  /**
   * Applies a `turn.started`.
   *
   * @param {Frame} frame
   * @param {boolean} isPending whether it is the turn that the page waits for
   */
  started(frame, isPending) {
    const isNew = isPending && this.#state.conversation === null;
    if (!isNew && !this.#isOpen(frame.conversation.id)) return this.#state.list(frame.conversation);
    this.#state.merge(frame);
    if (!isNew) return;
    history.replaceState(null, "", addressOf(frame.conversation.id));
    this.#socket.watch(frame.conversation.id, frame.conversation.version);
    this.emit("created");
  }

  /** @param {Frame} frame */
  changed(frame) {
    if (!this.#isOpen(frame.conversation.id)) return this.#state.list(frame.conversation);
    const known = this.#state.running;
    this.#state.merge(frame);
    for (const [id, seq] of this.#state.running) if (!known.has(id)) this.#socket.follow(id, seq);
  }

  /** @param {string} id */
  deleted(id) {
    this.#state.unlist(id);
    if (this.#isOpen(id)) this.open(null);
  }

  // Internal

  /** @param {string | null} id @returns {Promise<boolean>} whether it was loaded */
  async #show(id) {
    this.#loading?.abort();
    this.#loading = new AbortController();
    try {
      const shown = id === null ? NEW : await fetchState(id, this.#loading.signal);
      this.#enter(shown);
      return true;
    } catch (error) {
      if (/** @type {Error} */ (error).name !== "AbortError") this.emit("failed");
      return false;
    }
  }

  /** @param {{conversation: any, messages: any[], skeleton?: any[]}} shown */
  #enter(shown) {
    for (const id of this.#state.running.keys()) this.#socket.unfollow(id);
    this.#state.show(shown.conversation, shown);
    this.#follow();
    this.emit("opened");
  }

  #follow() {
    const { conversation, running } = this.#state;
    this.#socket.watch(conversation?.id ?? null, conversation?.version ?? 0);
    for (const [id, seq] of running) this.#socket.follow(id, seq);
  }

  /** @param {string} id @returns {boolean} */
  #isOpen(id) {
    return this.#state.conversation?.id === id;
  }
}

const NEW = { conversation: null, messages: [] };

/** @param {string} id @param {AbortSignal} signal */
async function fetchState(id, signal) {
  const response = await fetch(`/c/${id}/state.json`, { signal });
  // The page at the address shows the error: not found, or signed out.
  if (!response.ok || response.redirected) location.assign(addressOf(id));
  return response.json();
}

/** @param {string | null} id @returns {string} */
function addressOf(id) {
  return id === null ? "/" : `/c/${id}/`;
}

/** @param {string} path @returns {string | null} */
function idOf(path) {
  return /^\/c\/([^/]+)\/$/.exec(path)?.[1] ?? null;
}
