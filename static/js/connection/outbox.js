/**
 * Requests that must not be lost. They are stored in the tab's session storage until they are
 * answered, and sent again with the same `request_id` after a reconnection or a reload.
 *
 * @typedef {{type: string, request_id: string, [field: string]: any}} Request
 */

/** The unanswered requests of one user in one tab, oldest first. */
export class Outbox {
  #key;
  #storage;
  /** @type {Map<string, Request>} */
  #requests;

  /**
   * @param {string} owner the username: requests are never sent as another user
   * @param {Storage | null} [storage] null for memory only
   */
  constructor(owner, storage = sessionStorageOrNull()) {
    this.#key = `outbox:${owner}`;
    this.#storage = storage;
    this.#requests = new Map(this.#stored().map((request) => [request.request_id, request]));
  }

  /** @returns {Request[]} oldest first */
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
      return []; // Not written by this module.
    }
  }

  #store() {
    try {
      if (this.#requests.size === 0) this.#storage?.removeItem(this.#key);
      else this.#storage?.setItem(this.#key, JSON.stringify(this.requests));
    } catch {
      // The storage is full: the request lasts only as long as the page.
    }
  }
}

/** @returns {Storage | null} */
function sessionStorageOrNull() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // A browser that blocks storage throws when the property is read.
  }
}
