/**
 * The state of the site for one user, whichever conversation is on the page: models, limits, saved
 * presets and definitions, and the list of conversations.
 *
 * @typedef {import("#js/state/records.js").Definition} Definition
 * @typedef {import("#js/state/records.js").Listed} Listed
 * @typedef {import("#js/state/records.js").Model} Model
 * @typedef {import("#js/state/records.js").Preset} Preset
 */

import { Emitter } from "#js/ui/emitter.js";

/** @extends {Emitter<import("#js/events.js").StateEvents>} */
export class SiteState extends Emitter {
  /** Whether the page says that the site cannot be reached. */
  isOffline = false;

  /** @param {any} initial the state that the site wrote into the page */
  constructor(initial) {
    super();
    /** @type {{name: string, release: string}} */
    this.site = initial.site;
    /** @type {{username: string, is_staff: boolean}} */
    this.user = initial.user;
    /** @type {Model[]} */
    this.models = initial.models;
    /** @type {string | null} why there is no model */
    this.notice = initial.notice;
    /** @type {import("#js/state/records.js").Standing[]} */
    this.quota = initial.quota;
    /** @type {Definition[]} the schemas and tools that the user has saved */
    this.definitions = initial.definitions ?? [];
    /** @type {Preset[]} */
    this.presets = initial.presets ?? [];
    /** @type {Listed[]} newest first */
    this.conversations = initial.conversations;
    /** @type {string[]} the ids of those with a running answer */
    this.answering = initial.answering ?? [];
  }

  /**
   * Replaces the models.
   *
   * @param {{models: Model[], notice: string | null}} state
   */
  setModels({ models, notice }) {
    this.models = models;
    this.notice = notice;
    this.changed();
  }

  /**
   * @param {import("#js/state/records.js").Standing[]} quota the present status of the user's
   *   limits
   */
  setQuota(quota) {
    this.quota = quota;
    this.changed();
  }

  /** @param {import("#js/state/records.js").Library} library */
  setSaved({ definitions, presets }) {
    this.presets = presets;
    this.definitions = definitions;
    this.changed();
  }

  /** @param {Listed} listed a new or changed row of the conversation list */
  list({ id, title, updated_at }) {
    const others = this.conversations.filter((each) => each.id !== id);
    this.conversations = [{ id, title, updated_at }, ...others].sort(newestFirst);
    this.changed();
  }

  /** @param {{conversation_ids: string[]}} frame the conversations with a running answer */
  setAnswering({ conversation_ids }) {
    this.answering = conversation_ids;
    this.changed();
  }

  /** @param {Listed[]} older */
  listOlder(older) {
    const known = new Set(this.conversations.map((each) => each.id));
    this.conversations = [...this.conversations, ...older.filter((each) => !known.has(each.id))];
    this.changed();
  }

  /** @param {string} id of a deleted conversation */
  unlist(id) {
    this.conversations = this.conversations.filter((each) => each.id !== id);
    this.changed();
  }

  /** @param {boolean} isOffline */
  setOffline(isOffline) {
    if (isOffline === this.isOffline) return;
    this.isOffline = isOffline;
    this.changed();
  }

  /** Announces a change. */
  changed() {
    this.emit("changed");
  }
}

/** @param {Listed} one @param {Listed} other @returns {number} */
function newestFirst(one, other) {
  return Date.parse(other.updated_at) - Date.parse(one.updated_at);
}
