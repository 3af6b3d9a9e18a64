/**
 * Typesets math and colours code after the text is shown: when the library is loaded, and in short
 * slices of time.
 */

import { diagramIn } from "#js/markdown/diagram.js";
import { MOST_FORMULAS } from "#js/markdown/formulas.js";
import { colour } from "#js/markdown/highlight.js";
import { TimeSlice } from "#js/markdown/scheduling.js";
import { showAsSource, Typesetter } from "#js/markdown/typeset.js";

/** @typedef {import("#js/markdown/context.js").Finish} Finish */

export class Finisher {
  /** @type {Finish[]} */
  #waiting = [];
  /** @type {Promise<void> | null} */
  #running = null;
  #typesetter = new Typesetter();
  #root;
  #labels;
  #typesetFormulas;

  /**
   * @param {HTMLElement} root of the nodes to finish
   * @param {import("#js/markdown/context.js").Labels} labels
   */
  constructor(root, labels) {
    this.#root = root;
    this.#labels = labels;
    this.#typesetFormulas = root.getElementsByClassName("katex");
  }

  /**
   * Adds work. Math that was typeset before is inserted at once, since its paragraph is rendered
   * again and again while it streams.
   *
   * @param {Finish[]} tasks
   */
  add(tasks) {
    for (const task of tasks) if (!this.#isDoneAtOnce(task)) this.#waiting.push(task);
    if (this.#waiting.length) this.#running ??= this.#run();
  }

  /** @returns {Promise<void>} fulfilled when all work is done */
  async done() {
    await this.#running;
  }

  /** @param {Finish} task */
  #isDoneAtOnce(task) {
    if (task.kind !== "math") return false;
    if (this.#isFull()) showAsSource(task.node);
    return this.#isFull() || this.#typesetter.recall(task);
  }

  #isFull() {
    return this.#typesetFormulas.length >= MOST_FORMULAS;
  }

  async #run() {
    const slice = new TimeSlice();
    for (let task = this.#waiting.shift(); task; task = this.#waiting.shift()) {
      // A node that was replaced meanwhile needs no work.
      if (this.#root.contains(task.node)) await this.#finish(task);
      if (slice.isOver) await slice.next();
    }
    this.#running = null;
  }

  /** @param {Finish} task */
  async #finish(task) {
    if (this.#isDoneAtOnce(task)) return;
    if (task.kind === "diagram") diagramIn(task.node, task.source, this.#labels);
    else if (task.kind === "math") await this.#typesetter.typeset(task);
    else await colour(task.node, task.source, task.language);
  }
}
