/**
 * Messages that wait until the running answer has ended, in their order.
 *
 * They are stored in the browser for each user and conversation, so a reload and all tabs have
 * them. Those of a conversation that the site has not made yet belong to the tab alone.
 *
 * Messages that are sent are one turn from then on, with the id of the first as its `request_id`.
 * Whatever tab sends them again sends the same turn, and the site makes it once.
 *
 * @typedef {{id: string, content: string, turn?: string, problem?: string}} Queued `turn`: the
 *   `request_id` of the turn that it was sent in, `problem`: why the site refused it
 */

import { randomId } from "#js/connection/ids.js";
import { Emitter } from "#js/ui/emitter.js";

/** @param {Queued[]} items @returns {string} the message that they make together */
function joined(items) {
  return items.map((each) => each.content).join("\n\n");
}

/** @extends {Emitter<import("#js/events.js").QueueEvents>} */
export class Queue extends Emitter {
  #owner;
  #storages;
  /** @type {string | null} its id, null for a new one */
  conversation = null;
  /** @type {Queued[]} */
  #items = [];
  /** Whether the browser has them; a full or blocked storage leaves them to the page. */
  #isStored = true;

  /**
   * @param {string} owner the username, since users share browsers
   * @param {{local: Storage | null, tab: Storage | null}} [storages]
   */
  constructor(owner, storages = browserStorages()) {
    super();
    this.#owner = owner;
    this.#storages = storages;
  }

  /** @param {string | null} conversation @returns {Queue} that of another conversation */
  of(conversation) {
    const other = new Queue(this.#owner, this.#storages);
    other.open(conversation);
    return other;
  }

  /** @returns {Queued[]} oldest first */
  get items() {
    return this.#items;
  }

  /** @param {string | null} conversation that is on the page, null for a new one */
  open(conversation) {
    this.conversation = conversation;
    this.#isStored = true;
    this.#items = this.#stored();
    this.emit("changed");
  }

  /** @param {string} conversation that the site has made of the new one */
  rename(conversation) {
    const items = this.#items;
    this.#change(() => []);
    this.conversation = conversation;
    this.#change(() => items);
  }

  /** @param {string} content */
  add(content) {
    this.#change((items) => [...items, { id: randomId(), content }]);
  }

  /**
   * @param {string} id
   * @returns {{item: Queued, index: number} | null} null if it is gone
   */
  remove(id) {
    this.#read();
    const index = this.#items.findIndex((each) => each.id === id);
    if (index < 0) return null;
    const item = this.#items[index];
    this.#change((items) => items.filter((each) => each.id !== id));
    return { item, index };
  }

  /** @param {Queued} item that was removed @param {number} index */
  restore(item, index) {
    this.#change((items) => items.toSpliced(index, 0, item));
  }

  /**
   * Makes a turn of messages, unless some are one already: then of those.
   *
   * @param {Queued[]} items
   * @returns {{id: string, content: string} | null} null if they are gone
   */
  send(items) {
    this.#read();
    const ids = items.map((each) => each.id);
    const present = this.#items.filter((each) => ids.includes(each.id));
    const turn = present.find((each) => each.turn)?.turn ?? present[0]?.id;
    if (!turn) return null;
    const isOfTurn = (/** @type {Queued} */ each) =>
      present.some((one) => one.turn) ? each.turn === turn : ids.includes(each.id);
    this.#change((all) =>
      all.map((each) => (isOfTurn(each) ? { ...each, turn, problem: undefined } : each)),
    );
    return { id: turn, content: joined(this.inTurn(turn)) };
  }

  /** @param {string | undefined} turn @returns {Queued[]} those that were sent in it */
  inTurn(turn) {
    return this.#items.filter((each) => each.turn !== undefined && each.turn === turn);
  }

  /** @param {string | undefined} turn that the site has made, or that was taken back */
  settle(turn) {
    this.#read();
    if (this.inTurn(turn).length) this.#change((all) => all.filter((each) => each.turn !== turn));
  }

  /**
   * Notes why the site refused a turn. Of another turn than those of the queue, all messages that
   * were to come after it have the problem.
   *
   * @param {string | undefined} turn
   * @param {string} problem
   */
  refuse(turn, problem) {
    this.#read();
    const wanted = this.inTurn(turn).length > 0 ? turn : undefined;
    this.#change((all) => all.map((each) => (each.turn === wanted ? { ...each, problem } : each)));
  }

  /** @param {string | null} name of the item of the storage that another tab changed */
  changedElsewhere(name) {
    if (name !== null && name !== this.#name) return;
    this.#read();
    this.emit("changed");
  }

  // Internal

  get #name() {
    return `queue:${this.#owner}:${this.conversation ?? "new"}`;
  }

  get #storage() {
    return this.conversation === null ? this.#storages.tab : this.#storages.local;
  }

  /** @param {(items: Queued[]) => Queued[]} change of what is stored now, by whichever tab */
  #change(change) {
    this.#read();
    this.#items = change(this.#items);
    this.#store();
    this.emit("changed");
  }

  #read() {
    if (this.#isStored) this.#items = this.#stored();
  }

  /** @returns {Queued[]} */
  #stored() {
    try {
      return JSON.parse(this.#storage?.getItem(this.#name) ?? "[]");
    } catch {
      return []; // Not written by this module.
    }
  }

  #store() {
    try {
      if (this.#items.length === 0) this.#storage?.removeItem(this.#name);
      else this.#storage?.setItem(this.#name, JSON.stringify(this.#items));
      this.#isStored = this.#storage !== null;
    } catch {
      this.#isStored = false;
    }
  }
}

/** @returns {{local: Storage | null, tab: Storage | null}} */
function browserStorages() {
  try {
    return { local: globalThis.localStorage ?? null, tab: globalThis.sessionStorage ?? null };
  } catch {
    return { local: null, tab: null }; // A browser that blocks storage throws.
  }
}
