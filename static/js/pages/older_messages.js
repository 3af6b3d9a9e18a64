/** Loads messages of the open conversation that the page has no texts of. */

import { Emitter } from "#js/ui/emitter.js";

// After a failure the next try waits so long.
const PAUSE_MS = 2_000;

/** @extends {Emitter<import("#js/events.js").OlderMessagesEvents>} */
export class OlderMessages extends Emitter {
  #state;
  /** @type {Map<string, Promise<boolean>>} by address */
  #loading = new Map();
  #failedAt = -PAUSE_MS;

  /** @param {import("#js/state/state.js").State} state */
  constructor(state) {
    super();
    this.#state = state;
  }

  /**
   * @param {{before?: string, until?: string}} query
   * @returns {Promise<boolean>} whether the messages are there
   */
  load = (query) => {
    const address = `/c/${this.#state.conversation?.id}/messages.json?${new URLSearchParams(query)}`;
    if (performance.now() - this.#failedAt < PAUSE_MS) return Promise.resolve(false);
    const loading = this.#loading.get(address) ?? this.#load(address);
    this.#loading.set(address, loading);
    return loading;
  };

  /** @param {string} address */
  async #load(address) {
    const { conversation } = this.#state;
    try {
      const answer = await fetch(address);
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const older = await answer.json();
      const isOpen = this.#state.conversation?.id === conversation?.id;
      if (isOpen) this.#state.takeOlder(older);
      return isOpen && older.messages.length > 0;
    } catch {
      this.#failedAt = performance.now();
      this.emit("failed");
      return false;
    } finally {
      this.#loading.delete(address);
    }
  }
}
