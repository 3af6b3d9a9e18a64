/**
 * The state of the conversation page. Everything on the page is drawn from it. Each change is
 * announced with `changed`, or with `streamed` where only running answers have grown; the end of an
 * answer on the page with `finished` {cause}.
 *
 * @typedef {import("#js/state/records.js").Conversation} Conversation
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/state/records.js").Settings} Settings
 * @typedef {import("#js/state/transcript.js").Generation} Generation
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 */

import { keepNewSettings, newSettings } from "#js/state/new_settings.js";
import { Optimistic } from "#js/state/optimistic.js";
import { modelOfNew, rememberModel } from "#js/state/recent_models.js";
import { ShownBranch } from "#js/state/shown_branch.js";
import { SiteState } from "#js/state/site_state.js";
import { Thread } from "#js/state/thread.js";
import { branchTo, childrenOf, leafUnder, siblingHead } from "#js/state/tree.js";

export class State extends SiteState {
  #thread = new Thread();
  #shown = new ShownBranch(this.#thread);
  /** @type {Optimistic<string>} the end of the branch that the user chose */
  #head = new Optimistic();
  /** @type {Optimistic<Settings>} the settings that the user changed */
  #settings = new Optimistic();
  /** @type {Settings} of a new conversation */
  #newSettings = { parameters: {}, system_message: "" };
  /** @type {string | null} */
  #chosenModel = null;
  /** @type {string[]} */
  #compared = [];
  /** @type {Frame | null} the requested turn that the site has not answered yet */
  pending = null;
  /** @type {Conversation | null} */
  conversation = null;

  /** @param {any} initial the state that the site wrote into the page */
  constructor(initial) {
    super(initial);
    this.show(initial.conversation, initial);
  }

  // Reading

  /** @returns {Message[]} the messages on the page, from the first to the last */
  get branch() {
    return this.#view.branch;
  }

  /** @returns {Message[]} the answers at the end of the page of which the user must keep one */
  get alternatives() {
    return this.#view.alternatives;
  }

  get #view() {
    return this.#shown.of(this.headId, this.pending, this.isOffline);
  }

  /** @returns {string | null} the parent of the next message */
  get headId() {
    return this.#head.value ?? this.conversation?.head_id ?? null;
  }

  /** @returns {Generation[]} those running at the end of the page */
  get generations() {
    const { branch, alternatives } = this.#view;
    const ends = [...branch.slice(-1), ...alternatives].map((each) => each.generation);
    const running = ends.filter((each) => each?.status === "running");
    return [...new Map(running.map((each) => [each?.id, each])).values()].filter((each) => !!each);
  }

  /** @returns {Generation | null} the first of `generations` */
  get generation() {
    return this.generations[0] ?? null;
  }

  /** @returns {Map<string, number>} the running generations with the last event the page has */
  get running() {
    return this.#thread.running;
  }

  /** @returns {Message[]} of all branches, in the order of the list */
  get messages() {
    return [...this.#thread.messages.values()];
  }

  /** @param {string} id @returns {Message | undefined} */
  message(id) {
    return this.#thread.messages.get(id);
  }

  /** @param {Message} message @returns {Message[]} */
  siblings(message) {
    return message.pending ? [message] : childrenOf(this.#thread, message.parent_id);
  }

  /** @returns {Message | undefined} */
  get lastAnswer() {
    return this.branch.findLast((each) => each.role === "assistant" && !each.pending);
  }

  /** @returns {string | null} the name of the model that answers next, if there is any */
  get model() {
    const names = this.models.map(({ name }) => name);
    const wanted = [this.#chosenModel, this.conversation?.model];
    const chosen = wanted.find((name) => name && names.includes(name));
    return chosen ?? modelOfNew(this.models) ?? null;
  }

  /** @returns {string[]} the names of further models that answer next, beside `model` */
  get compared() {
    const names = this.models.map(({ name }) => name);
    return this.#compared.filter((name) => names.includes(name) && name !== this.model);
  }

  /** @returns {Settings} those of the next turn */
  get settings() {
    const { parameters = {}, system_message = "" } = this.conversation ?? this.#newSettings;
    return this.#settings.value ?? { parameters, system_message };
  }

  /** @returns {Record<string, any>} */
  get parameters() {
    return this.settings.parameters;
  }

  // Changing

  /**
   * Shows another conversation, or a new one.
   *
   * @param {Conversation | null} conversation
   * @param {{messages: Message[], skeleton?: import("#js/state/skeleton.js").Row[]}} shown
   */
  show(conversation, shown) {
    this.conversation = conversation;
    this.pending = null;
    this.#chosenModel = null;
    this.#compared = [];
    this.#head.drop();
    this.#settings.drop();
    this.#newSettings = newSettings(this.user.username, this.presets);
    this.#thread.clear();
    this.#thread.take(shown, conversation?.version ?? 0);
    this.changed();
  }

  /** @param {Frame} frame a turn that is drawn before the site has answered */
  begin(frame) {
    this.pending = frame;
    this.changed();
  }

  /** Drops the pending turn, which the site refused or never had. */
  abandon() {
    this.pending = null;
    this.changed();
  }

  /**
   * Applies a `turn.started` or a `conversation.changed`.
   *
   * @param {Frame} frame
   */
  merge(frame) {
    const { version } = frame.conversation;
    const isAnswer = this.pending !== null && frame.request_id === this.pending.request_id;
    if (isAnswer) this.#answered();
    if (isAnswer && !this.conversation) keepNewSettings(this.user.username, null);
    if (version >= (this.conversation?.version ?? 0)) this.conversation = frame.conversation;
    this.#head.confirmed(version);
    this.#settings.confirmed(version);
    const ended = this.#thread.take(frame, version);
    // A short answer may have ended before the frame about its beginning arrives.
    this.#announceEnds(isAnswer && ended.length === 0 ? this.#endsOnPage : ended);
    this.list(this.conversation ?? frame.conversation);
  }

  /** @param {{messages: Message[], version: number}} older messages, whole */
  takeOlder(older) {
    this.#thread.take(older, older.version);
    this.changed();
  }

  /** @returns {import("#js/state/thread.js").Ended[]} */
  get #endsOnPage() {
    const last = this.alternatives.at(-1) ?? this.branch.at(-1);
    const generation = last?.generation;
    return generation ? [{ id: generation.id, cause: generation.status }] : [];
  }

  #answered() {
    this.pending = null;
    // The page shows the branch of the turn from here on.
    this.#head.drop();
  }

  /**
   * Adds the events of a generation to its messages.
   *
   * @param {Frame} frame
   */
  receive(frame) {
    const ended = this.#thread.receive(frame);
    this.#announceEnds(ended);
    if (ended.length) this.changed();
    else this.emit("streamed");
  }

  /**
   * The branch through an earlier or a later sibling of a message.
   *
   * @param {string} id
   * @param {-1 | 1} by
   * @returns {string | null} the last message of that branch; null if there is no such sibling
   */
  siblingHead(id, by) {
    return siblingHead(this.#thread, id, by);
  }

  /** @param {string} id @returns {string} the end of the newest branch through the message */
  leafUnder = (id) => leafUnder(this.#thread, id);

  /** @param {string} id @returns {boolean} whether neither it nor a message above it is deleted */
  isOnBranch = (id) => branchTo(this.#thread.messages, id).at(-1)?.id === id;

  /**
   * Shows another branch before the site has confirmed it.
   *
   * @param {string} headId
   * @returns {number} the number of the change
   */
  setHead(headId) {
    const change = this.#head.set(headId);
    this.changed();
    return change;
  }

  /** @param {number} change @param {number} savedIn the first version in which all tabs show it */
  headAccepted(change, savedIn) {
    this.#head.accepted(change, savedIn, this.conversation?.version ?? 0);
    this.changed();
  }

  /** @param {number} change */
  headRefused(change) {
    this.#head.refused(change);
    this.changed();
  }

  /**
   * Shows changed settings before the site has confirmed them.
   *
   * @param {Settings} settings
   * @returns {number} the number of the change; 0 for a new conversation, which is not saved yet
   */
  setSettings(settings) {
    const change = this.conversation ? this.#settings.set(settings) : 0;
    if (!this.conversation) {
      this.#newSettings = settings;
      keepNewSettings(this.user.username, settings);
    }
    this.changed();
    return change;
  }

  /** @param {number} change @param {number} savedIn the version that contains the settings */
  settingsAccepted(change, savedIn) {
    this.#settings.accepted(change, savedIn, this.conversation?.version ?? 0);
    this.changed();
  }

  /** @param {string[]} names of the models that answer next */
  chooseModels([name, ...compared]) {
    this.#chosenModel = name;
    this.#compared = compared;
    rememberModel(name);
    this.changed();
  }

  /** @param {Message} message that the user changed, before the site has confirmed it */
  replace(message) {
    this.#thread.replace(message);
    this.changed();
  }

  // Internal

  /** @param {import("#js/state/thread.js").Ended[]} ended */
  #announceEnds(ended) {
    const shown = [...this.branch, ...this.alternatives].map((each) => each.generation?.id);
    for (const { id, cause } of ended) {
      if (!shown.includes(id) || this.generation) continue;
      this.emit("finished", { cause });
    }
  }
}
