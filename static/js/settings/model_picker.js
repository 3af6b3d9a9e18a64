/**
 * The menu of models. Opened by the button at the top it chooses those that answer next; opened by
 * another button, one for that button alone.
 */

import { ModelList } from "#js/settings/model_list.js";
import { Emitter } from "#js/ui/emitter.js";
import { element, on, setHidden, setText } from "#js/ui/markup.js";
import { anchor } from "#js/ui/popover.js";
import { word } from "#js/ui/words.js";

// The site compares at most this many at once (docs/protocol.md).
const MOST_COMPARED = 4;

/**
 * @typedef {object} Question of a button that needs one model
 * @property {HTMLElement} button
 * @property {string | null} current the name of the model that is marked
 * @property {(name: string | null) => void} resolve
 */

/** @extends {Emitter<import("#js/events.js").ModelPickerEvents>} */
export class ModelPicker extends Emitter {
  #button = element("model-button");
  #menu = element("model-menu");
  #compare = element("compare");
  #list = new ModelList();
  /** @type {import("#js/state/records.js").Model[]} */
  #models = [];
  /** @type {string[]} */
  #names = [];
  /** @type {Question | null} */
  #question = null;

  constructor() {
    super();
    anchor(this.#menu, () => this.#question?.button ?? this.#button);
    on(this.#menu, "beforetoggle", (event) => event.newState === "open" && this.#opening());
    on(this.#menu, "toggle", (event) => this.#toggled(event));
    on(this.#compare, "change", () => this.#compareChanged());
    on(element("compare-done"), "click", () => this.#menu.hidePopover());
    this.#list.on("pick", ({ name }) => this.#picked(name));
  }

  /**
   * @param {import("#js/state/records.js").Model[]} models
   * @param {string[]} names of the models that answer next
   */
  draw(models, names) {
    this.#models = models;
    this.#names = names;
    if (names.length > 1) this.#compare.checked = true;
    setText(element("model-name"), names.join(" · ") || word("no-model"));
    this.#button.disabled = models.length === 0;
    // Without another model there is nothing to regenerate with.
    element("conversation").toggleAttribute("data-model-choice", models.length > 1);
    this.#drawMenu();
  }

  /**
   * Asks for a model, beside a button.
   *
   * @param {HTMLElement} button
   * @param {string | null} current the name of the model that is marked
   * @returns {Promise<string | null>} its name; null if the menu was closed
   */
  ask(button, current) {
    return new Promise((resolve) => {
      if (this.#menu.matches(":popover-open")) this.#menu.hidePopover();
      this.#question = { button, current, resolve };
      this.#menu.showPopover();
    });
  }

  get #isComparing() {
    return this.#question === null && this.#compare.checked;
  }

  #drawMenu() {
    const isComparing = this.#isComparing;
    const selected = this.#question ? [this.#question.current ?? ""] : this.#names;
    const isFull = isComparing && this.#names.length >= MOST_COMPARED;
    element("model-list").setAttribute("aria-multiselectable", String(isComparing));
    element("model-list").setAttribute(
      "aria-label",
      word(this.#question ? "regenerate-with" : "model"),
    );
    setHidden(element("compare-row"), this.#question !== null || this.#models.length < 2);
    setHidden(element("compare-done"), !isComparing);
    const chosen = { count: this.#names.length, most: MOST_COMPARED };
    setText(element("compare-note"), word(isComparing ? "compare-count" : "compare-note", chosen));
    this.#list.update({ models: this.#models, selected, isFull });
  }

  #opening() {
    this.#drawMenu();
    this.#list.restart();
  }

  #compareChanged() {
    if (this.#compare.checked) this.#drawMenu();
    else this.#choose(this.#names.slice(0, 1));
  }

  /** @param {ToggleEvent} event */
  #toggled(event) {
    if (event.newState === "open") return this.#list.reveal();
    const button = this.#question?.button ?? this.#button;
    if (this.#menu.contains(document.activeElement)) button.focus();
    this.#answer(null);
  }

  /** @param {string} name */
  #picked(name) {
    if (this.#isComparing) return this.#choose(toggled(this.#names, name));
    const isAsked = this.#question !== null;
    this.#answer(name);
    this.#menu.hidePopover();
    if (!isAsked) this.#choose([name]);
  }

  /** @param {string | null} name */
  #answer(name) {
    this.#question?.resolve(name);
    if (name === null) this.#question = null;
  }

  /** @param {string[]} names shown at once, since the next choice may come before the next frame */
  #choose(names) {
    this.#names = names;
    this.#drawMenu();
    this.emit("choose", { names });
  }
}

/** @param {string[]} names @param {string} name @returns {string[]} never empty */
function toggled(names, name) {
  const others = names.filter((each) => each !== name);
  if (others.length === names.length) return [...names, name];
  return others.length ? others : names;
}
