/** The list of models in a menu, with a search above it where there are many. */

import { factsOf } from "#js/settings/model_facts.js";
import { areMany, grouped, matching } from "#js/settings/model_groups.js";
import { TypeAhead } from "#js/settings/type_ahead.js";
import { recentModels } from "#js/state/recent_models.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Model} Model
 *
 * @extends {Emitter<import("#js/events.js").ModelListEvents>}
 */
export class ModelList extends Emitter {
  #list = element("model-list");
  #search = element("model-search");
  #none = element("model-none");
  #typeAhead = new TypeAhead();
  /** @type {Model[]} */
  #models = [];
  /** @type {string[]} the names of those that are selected */
  #selected = [];
  /** @type {string[]} those chosen last when the menu was opened, so that its order stays */
  #recent = [];
  /** Whether no more can be selected. */
  #isFull = false;

  constructor() {
    super();
    on(this.#list, "click", (event) => this.#choose(event.target.closest("[role=option]")));
    on(this.#list, "keydown", (event) => this.#pressedInList(event));
    on(this.#list, "focusin", (event) => this.#makeStop(event.target));
    on(this.#search, "keydown", (event) => this.#pressedInSearch(event));
    on(this.#search, "input", () => this.#draw());
  }

  /** @param {{models: Model[], selected: string[], isFull: boolean}} view */
  update({ models, selected, isFull }) {
    // Of many models, a text of all that they take would be long to write at every change.
    const isSame = models === this.#models && String(selected) === String(this.#selected);
    if (isSame && isFull === this.#isFull) return;
    this.#models = models;
    this.#selected = selected;
    this.#isFull = isFull;
    setHidden(this.#search.parentElement, !areMany(models));
    setHidden(element("model-prices"), !models.some((each) => each.prices));
    this.#draw();
  }

  /** Shows all models again before the menu is opened, and lets the browser focus the first. */
  restart() {
    this.#search.value = "";
    this.#recent = recentModels();
    this.#draw();
    // On a touch screen the keyboard would cover the list.
    const isSearched = areMany(this.#models) && matchMedia("(hover: hover)").matches;
    this.#search.autofocus = isSearched;
    if (this.#first) this.#first.autofocus = !isSearched;
  }

  /** Scrolls to the model to begin with, unless a key has moved the focus on. */
  reveal() {
    const first = this.#first;
    const isAtStart = [this.#search, first].includes(document.activeElement);
    if (isAtStart) first?.scrollIntoView({ block: "nearest" });
  }

  /** @returns {any[]} */
  get #options() {
    return [...this.#list.querySelectorAll("[role=option]")];
  }

  /** @returns {any} the option to begin with: the selected one, if there is one */
  get #first() {
    const options = this.#options;
    return options.find((each) => each.ariaSelected === "true") ?? options[0];
  }

  /** @param {string} name @returns {any} */
  #named(name) {
    return this.#options.find((each) => nameOf(each) === name);
  }

  /** @param {any} stop the one option that Tab stops at; the arrows lead to the others */
  #makeStop(stop) {
    for (const option of this.#options) option.tabIndex = option === stop ? 0 : -1;
  }

  #draw() {
    const focused = this.#options.find((each) => each === document.activeElement);
    const search = this.#search.value;
    const models = matching(this.#models, search);
    const titles = { recent: word("models-recent"), others: word("models-others") };
    const recent = search.trim() ? [] : this.#recent;
    this.#list.replaceChildren(...grouped(models, recent, titles).map((each) => this.#group(each)));
    for (const [index, option] of this.#options.entries()) identify(option, index);
    this.#makeStop(this.#first);
    if (focused) this.#named(nameOf(focused))?.focus();
    setText(this.#none, models.length ? "" : word("no-such-model", { search: search.trim() }));
    setHidden(this.#none, models.length > 0);
    this.#markFirst(search.trim() !== "");
  }

  /** @param {boolean} isSearched Enter then chooses the first one found */
  #markFirst(isSearched) {
    const first = isSearched ? this.#options.find(isFree) : undefined;
    first?.classList.add("is-next");
    this.#search.setAttribute("aria-activedescendant", first?.id ?? "");
  }

  /** @param {import("#js/settings/model_groups.js").Group} group */
  #group({ title, models }) {
    const group = clone("model-group");
    if (title) group.setAttribute("aria-label", title);
    setText(part(group, "title"), title);
    setHidden(part(group, "title"), title === "");
    group.append(...models.map((each) => this.#option(each)));
    return group;
  }

  /** @param {Model} model */
  #option(model) {
    const isSelected = this.#selected.includes(model.name);
    const item = clone("option");
    item.setAttribute("aria-selected", String(isSelected));
    const isOff = !isSelected && (this.#isFull || model.paused === true);
    item.setAttribute("aria-disabled", String(isOff));
    const remarks = [model.notes, model.announcement].filter(Boolean).join(" ");
    setText(part(item, "name"), model.name);
    for (const [line, text] of Object.entries({
      paused: model.paused ? word("model-paused") : "",
      facts: factsOf(model),
      notes: remarks,
    })) {
      setText(part(item, line), text);
      setHidden(part(item, line), text === "");
    }
    return item;
  }

  /** @param {Element | null} option */
  #choose(option) {
    if (option && isFree(option)) this.emit("pick", { name: nameOf(option) });
  }

  /** @param {KeyboardEvent} event */
  #pressedInSearch(event) {
    const first = this.#options[0];
    if (event.key === "ArrowDown") first?.focus();
    else if (event.key === "Enter") this.#choose(this.#options.find(isFree) ?? null);
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #pressedInList(event) {
    const options = this.#options;
    const index = options.indexOf(document.activeElement);
    const isSearched = areMany(this.#models);
    const target = targetOf(event.key, index, options.length);
    if (event.key === "Enter" || event.key === " ") this.#choose(document.activeElement);
    else if (isSearched && event.key === "ArrowUp" && index === 0) this.#search.focus();
    else if (target !== null) options[target].focus();
    else if (isSearched && isForSearch(event)) return this.#search.focus();
    else if (event.key.length === 1) this.#typedAhead(event, options, index);
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event @param {any[]} options @param {number} index */
  #typedAhead({ key, timeStamp }, options, index) {
    const names = options.map(nameOf);
    options[this.#typeAhead.press(key, timeStamp, names, index)]?.focus();
  }
}

/** @param {Element} option @param {number} index */
function identify(option, index) {
  option.id = `model-option-${index}`;
  const about = part(option, "about");
  about.id = `model-about-${index}`;
  option.setAttribute("aria-describedby", about.id);
}

/** @param {Element} option @returns {string} */
function nameOf(option) {
  return part(option, "name").textContent;
}

/** @param {Element} option @returns {boolean} */
function isFree(option) {
  return option.getAttribute("aria-disabled") !== "true";
}

/** @param {KeyboardEvent} event @returns {boolean} whether it belongs to the text of the search */
function isForSearch({ key, ctrlKey, metaKey, altKey }) {
  return (key.length === 1 || key === "Backspace") && !ctrlKey && !metaKey && !altKey;
}

/**
 * @param {string} key
 * @param {number} index
 * @param {number} length
 * @returns {number | null} the index that the key moves to
 */
function targetOf(key, index, length) {
  if (key === "ArrowDown") return Math.min(index + 1, length - 1);
  if (key === "ArrowUp") return Math.max(index - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  return null;
}
