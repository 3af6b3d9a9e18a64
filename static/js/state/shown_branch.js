/** The branch on the page, derived once for each change: a long one is asked for many times. */

import { pendingView } from "#js/state/pending.js";
import { alternativesUnder, branchTo } from "#js/state/tree.js";

/**
 * @typedef {import("#js/state/pending.js").Shown} Shown
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 */

export class ShownBranch {
  #thread;
  /** @type {Shown} */
  #shown = { branch: [], alternatives: [] };
  /** @type {any[]} what it was derived from */
  #from = [];

  /** @param {import("#js/state/thread.js").Thread} thread */
  constructor(thread) {
    this.#thread = thread;
  }

  /**
   * @param {string | null} headId
   * @param {Frame | null} pending
   * @param {boolean} isOffline
   * @returns {Shown}
   */
  of(headId, pending, isOffline) {
    const from = [this.#thread.revision, headId, pending, isOffline];
    if (from.some((each, index) => each !== this.#from[index])) {
      this.#from = from;
      this.#shown = this.#derived(headId, pending, isOffline);
    }
    return this.#shown;
  }

  /** @param {string | null} headId @param {Frame | null} pending @param {boolean} isOffline */
  #derived(headId, pending, isOffline) {
    const branch = branchTo(this.#thread.messages, headId);
    const shown = { branch, alternatives: alternativesUnder(this.#thread, headId) };
    return pending ? pendingView(shown, pending, isOffline) : shown;
  }
}
