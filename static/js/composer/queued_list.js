/** The list of queued messages above the composer. */

import { partsOf } from "#js/composer/attached_text.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/queue.js").Queued} Queued */

/** @extends {Emitter<import("#js/events.js").QueuedListEvents>} */
export class QueuedList extends Emitter {
  #box = element("queue");
  #list = element("queued");
  #drawn = "";

  constructor() {
    super();
    on(this.#list, "click", (event) => this.#pressed(event.target));
  }

  /**
   * @param {Queued[]} items
   * @param {{reason: string, isAnswering: boolean}} view `reason`: the name of the sentence why they
   *   do not go by themselves
   */
  draw(items, { reason, isAnswering }) {
    const drawn = JSON.stringify([items, reason, isAnswering]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = this.#focused();
    setHidden(this.#box, items.length === 0);
    const sentence = reason && items.length ? word(reason) : "";
    setHidden(element("queue-reason"), sentence === "");
    setText(element("queue-reason"), sentence);
    this.#list.replaceChildren(...items.map((item) => row(item, isAnswering)));
    if (focused) this.#refocus(focused);
  }

  /** @returns {{action: string, index: number} | null} the button that has the focus */
  #focused() {
    const { activeElement } = document;
    const index = [...this.#list.children].findIndex((each) => each.contains(activeElement));
    const action = /** @type {HTMLElement | null} */ (activeElement)?.dataset.queued ?? "";
    return index < 0 ? null : { action, index };
  }

  /** @param {{action: string, index: number}} focused before the rows were drawn again */
  #refocus({ action, index }) {
    const next = this.#list.children[index] ?? this.#list.lastElementChild;
    (next?.querySelector(`[data-queued="${action}"]`) ?? element("message")).focus();
  }

  /** @param {HTMLElement} target */
  #pressed(target) {
    const button = /** @type {HTMLElement | null} */ (target.closest("[data-queued]"));
    const item = /** @type {HTMLElement | null} */ (target.closest("[data-id]"));
    if (!button || !item) return;
    this.emit("action", { action: button.dataset.queued ?? "", id: item.dataset.id ?? "" });
  }
}

/** @param {string} content @returns {string} with names for what is attached */
function inShort(content) {
  const words = partsOf(content).map((each) =>
    typeof each === "string" ? each : `[${each.name}]`,
  );
  return words.join(" ");
}

/** @param {Queued} item @param {boolean} isAnswering @returns {HTMLElement} */
function row({ id, content, problem = "" }, isAnswering) {
  const item = clone("queued");
  item.dataset.id = id;
  part(item, "content").textContent = inShort(content);
  part(item, "problem").textContent = problem;
  part(item, "problem").hidden = problem === "";
  part(item, "send-now").title = word(isAnswering ? "queue-interrupt" : "queue-send");
  return item;
}
