/**
 * Sends the queued messages of the conversation on the page, joined into one, when nothing is in
 * their way any more: the answer has ended, one of several is kept, the calls have results.
 *
 * They go by themselves after an answer that was completed. After one that was stopped, cut or
 * refused they stay, with the reason, until the user sends one or another answer is completed.
 * A tab sends only at the moment in which it becomes free or is opened. One that slept would take
 * its old state for the present one, and send in the middle of an answer.
 */

import { waitsForAnswers } from "#js/messages/tool_calls.js";
import { Emitter } from "#js/ui/emitter.js";

/**
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 * @typedef {import("#js/state/queue.js").Queued} Queued
 */

const HELD_AFTER = ["stopped", "failed", "interrupted"];

/** @extends {Emitter<import("#js/events.js").QueuedTurnsEvents>} */
export class QueuedTurns extends Emitter {
  #state;
  #turns;
  #queue;
  #mayGo = false;
  /** The id of the message that goes before the others, as soon as anything can go. */
  #urgent = "";

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/pages/turns.js").Turns} turns
   * @param {import("#js/state/queue.js").Queue} queue
   */
  constructor(state, turns, queue) {
    super();
    this.#state = state;
    this.#turns = turns;
    this.#queue = queue;
    state.on("changed", () => queueMicrotask(() => this.#step()));
    globalThis.window?.addEventListener("storage", ({ key }) => queue.changedElsewhere(key));
  }

  /** Begins with the conversation that is now on the page. */
  open() {
    this.#urgent = "";
    this.#mayGo = false;
    this.#queue.open(this.#state.conversation?.id ?? null);
    queueMicrotask(() => this.#step());
  }

  /** @returns {Queued[]} those that are not on the page already, as the message being sent */
  get waiting() {
    const sent = this.#state.pending?.request_id ?? "";
    return this.#queue.items.filter((each) => each.turn !== sent || sent === "");
  }

  /**
   * The name of the sentence why they do not go by themselves: what the user has to do first, or
   * what has stopped them. Empty while an answer is written, whose end they wait for.
   *
   * @returns {string}
   */
  get reason() {
    const { alternatives, branch, generation, model } = this.#state;
    if (generation || model === null || this.#queue.items.some((each) => each.problem)) return "";
    if (alternatives.length) return "queue-keep";
    if (waitsForAnswers(branch)) return "queue-calls";
    return this.#heldBy || "queue-held";
  }

  /**
   * Sends one message before the others: now, or when the answer that this stops has ended.
   *
   * @param {string} id
   * @returns {string} the name of the sentence why that has to wait; empty if it has not
   */
  sendNow(id) {
    const { alternatives, branch, generation } = this.#state;
    if (waitsForAnswers(branch)) return "calls-first";
    if (!generation && alternatives.length) return "keep-first";
    this.#urgent = id;
    if (generation) this.#turns.stop();
    else this.#send();
    return "";
  }

  /** @param {Frame} frame a `turn.started`, perhaps of a turn of a queue */
  started(frame) {
    this.#queue.settle(frame.request_id);
    this.#queue.of(frame.conversation.id).settle(frame.request_id);
  }

  /**
   * Keeps what the site refused in the queue, with the reason. What waited for a message that was
   * refused does not go without it.
   *
   * @param {Frame} turn
   * @param {string} reason
   * @returns {boolean} whether it was a turn of the queue
   */
  refused(turn, reason) {
    const isQueued = this.#queue.inTurn(turn.request_id).length > 0;
    this.#queue.refuse(turn.request_id, reason);
    return isQueued;
  }

  /** @param {Frame} turn that was never sent and is now in the message box; the others stay */
  takeBack(turn) {
    this.#mayGo = true;
    this.#queue.settle(turn.request_id);
  }

  // Internal

  get #isBlocked() {
    const { alternatives, branch, generation, model } = this.#state;
    if (generation !== null || model === null) return true;
    return alternatives.length > 0 || waitsForAnswers(branch);
  }

  /** @returns {string} the name of a sentence; empty after an answer that was completed */
  get #heldBy() {
    const { branch, conversation } = this.#state;
    const status = branch.at(-1)?.generation?.status ?? "";
    if (HELD_AFTER.includes(status)) return `queue-${status}`;
    return conversation === null ? "queue-held" : "";
  }

  #step() {
    const couldGo = this.#mayGo;
    this.#mayGo = !this.#isBlocked;
    if (this.#mayGo && !couldGo) this.#send();
  }

  #send() {
    const all = this.#queue.items;
    const urgent = all.filter((each) => each.id === this.#urgent);
    const isHeld = this.#heldBy !== "" || all.some((each) => each.problem);
    const items = urgent.length || isHeld ? urgent : all;
    this.#urgent = "";
    const turn = this.#queue.send(items);
    if (turn && this.#turns.send(turn.content, this.#state.headId, turn.id)) this.emit("sent");
  }
}
