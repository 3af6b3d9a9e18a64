/** The tabs of several answers, where there is no room for them side by side. */

import { choiceName, stateText } from "#js/messages/choice.js";
import { clone, on, part, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

// Of a name, what stands before its last slash is left out, and its end is always shown: names of
// one family differ there. The card below has the whole name.
const END_WIDTH = 6;
const WIDE = /[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60]/u;

export class AnswerTabs {
  #list;
  #choose;
  /** @type {HTMLElement[]} */
  #tabs = [];

  /** @param {HTMLElement} list @param {(index: number) => void} choose */
  constructor(list, choose) {
    this.#list = list;
    this.#choose = choose;
    on(list, "click", (event) => this.#clicked(event.target));
    on(list, "keydown", (event) => this.#pressed(event));
  }

  /** @param {import("#js/state/records.js").Message[]} messages @param {number} chosen */
  draw(messages, chosen) {
    while (this.#tabs.length > messages.length) this.#tabs.pop()?.remove();
    while (this.#tabs.length < messages.length) this.#add();
    for (const [index, message] of messages.entries()) {
      const tab = this.#tabs[index];
      const [name, state] = [choiceName(message, messages), stateText(message)];
      const short = name.slice(name.lastIndexOf("/") + 1);
      const end = endOf(short);
      setText(part(tab, "name-start"), short.slice(0, short.length - end.length));
      setText(part(tab, "name-end"), end);
      setText(part(tab, "state"), state);
      tab.setAttribute("aria-label", word("choice-name", { name, state }));
      tab.classList.toggle("is-failed", message.generation?.status === "failed");
      tab.setAttribute("aria-selected", String(index === chosen));
      tab.tabIndex = index === chosen ? 0 : -1;
    }
  }

  #add() {
    const tab = clone("answer-tab");
    tab.id = `answer-tab-${this.#tabs.length}`;
    tab.setAttribute("aria-controls", `answer-panel-${this.#tabs.length}`);
    this.#tabs.push(tab);
    this.#list.append(tab);
  }

  /** @param {HTMLElement} target */
  #clicked(target) {
    const index = this.#tabs.findIndex((tab) => tab.contains(target));
    if (index >= 0) this.#choose(index);
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    const index = this.#next(event.key);
    if (index === null || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.#choose(index);
    this.#tabs[index].focus();
  }

  /** @param {string} key @returns {number | null} the tab that it leads to */
  #next(key) {
    const at = this.#tabs.findIndex((tab) => tab.tabIndex === 0);
    const isRightToLeft = getComputedStyle(this.#list).direction === "rtl";
    const forward = isRightToLeft ? "ArrowLeft" : "ArrowRight";
    const back = isRightToLeft ? "ArrowRight" : "ArrowLeft";
    const count = this.#tabs.length;
    if (key === forward) return (at + 1) % count;
    if (key === back) return (at - 1 + count) % count;
    if (key === "Home") return 0;
    return key === "End" ? count - 1 : null;
  }
}

/** @param {string} name @returns {string} its last characters, those of East Asia counted twice */
function endOf(name) {
  const characters = [...name];
  let width = 0;
  for (let index = characters.length - 1; index >= 0; index -= 1) {
    width += WIDE.test(characters[index]) ? 2 : 1;
    if (width > END_WIDTH) return characters.slice(index + 1).join("");
  }
  return name;
}
