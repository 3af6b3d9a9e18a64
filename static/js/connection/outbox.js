/**
 * Requests that must not be lost: kept in the tab's session storage until they are answered, so
 * that a lost connection or a reload sends them again under the same `request_id`.
 *
 * @typedef {{type: string, request_id: string, [field: string]: any}} Request
 */

/** The unanswered requests of one person in one tab, oldest first. */
export class Outbox {
  #key;
  #storage;
  /** @type {Map<string, Request>} */
  #requests;

  /**
   * @param {string} owner the username: what one person left unsent is never sent as another
   * @param {Storage | null} [storage] where it lives; memory alone when there is none
   */
  constructor(owner, storage = sessionStorageOrNull()) {
    this.#key = `outbox:${owner}`;
    this.#storage = storage;
    this.#requests = new Map(this.#stored().map((request) => [request.request_id, request]));
  }

  /** @returns {Request[]} what waits for an answer, oldest first */
  get requests() {
    return [...this.#requests.values()];
  }

  /** @param {Request} request */
  put(request) {
    this.#requests.set(request.request_id, request);
    this.#store();
  }

  /** @param {string} requestId */
  remove(requestId) {
    if (this.#requests.delete(requestId)) this.#store();
  }

  /** @returns {Request[]} */
  #stored() {
    try {
      return JSON.parse(this.#storage?.getItem(this.#key) ?? "[]");
    } catch {
      return []; // Something else wrote there; a request that cannot be read cannot be sent.
    }
  }

  #store() {
    try {
      if (this.#requests.size === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(this.requests));
    } catch {
      // The storage is full: the request still lives as long as the page does.
    }
  }
}

/** @returns {Storage | null} */
function sessionStorageOrNull() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // A browser that blocks storage throws on the mere mention of it.
  }
}
