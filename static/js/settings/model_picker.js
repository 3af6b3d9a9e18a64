/** The button that shows the chosen models and opens the list of all models. */

import { TypeAhead } from "#js/settings/type_ahead.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on, part, setText } from "#js/ui/markup.js";
import { anchor } from "#js/ui/popover.js";
import { word } from "#js/ui/words.js";

// The site compares at most this many at once (docs/protocol.md).
const MOST_COMPARED = 4;

/** @extends {Emitter<import("#js/events.js").ModelPickerEvents>} */
export class ModelPicker extends Emitter {
  #button = element("model-button");
  #menu = element("model-menu");
  #list = element("model-list");
  #compare = element("compare");
  /** @type {string[]} */
  #names = [];
  #typeAhead = new TypeAhead();
  #drawn = "";

  constructor() {
    super();
    anchor(this.#menu, () => this.#button);
    on(this.#menu, "toggle", (event) => this.#toggled(event));
    on(this.#list, "click", (event) => this.#chosen(event.target));
    on(this.#compare, "change", () => this.#compareChanged());
    on(this.#list, "keydown", (event) => this.#keyPressed(event));
  }

  /**
   * @param {import("#js/state/records.js").Model[]} models
   * @param {string[]} names of the models that answer next
   */
  draw(models, names) {
    this.#names = names;
    if (names.length > 1) this.#compare.checked = true;
    setText(element("model-name"), names.join(" · ") || word("no-model"));
    element("compare-row").hidden = models.length < 2;
    this.#button.disabled = models.length === 0;
    this.#list.setAttribute("aria-multiselectable", String(this.#compare.checked));
    this.#drawOptions(models);
  }

  /** @param {import("#js/state/records.js").Model[]} models */
  #drawOptions(models) {
    const isFull = this.#compare.checked && this.#names.length >= MOST_COMPARED;
    const drawn = JSON.stringify([models, this.#names, isFull]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const focused = [...this.#list.children].indexOf(document.activeElement);
    const options = models.map((model) => option(model, this.#names.includes(model.name), isFull));
    this.#list.replaceChildren(...options);
    options[focused]?.focus();
  }

  #compareChanged() {
    this.#list.setAttribute("aria-multiselectable", String(this.#compare.checked));
    if (!this.#compare.checked) this.#choose(this.#names.slice(0, 1));
  }

  /** @param {ToggleEvent} event */
  #toggled(event) {
    if (event.newState === "open") this.#selected()?.focus();
    else if (this.#menu.contains(document.activeElement)) this.#button.focus();
  }

  /** @returns {HTMLElement | null} */
  #selected() {
    return this.#list.querySelector("[aria-selected=true]") ?? this.#list.firstElementChild;
  }

  /** @param {Element | null} target */
  #chosen(target) {
    const chosen = target?.closest("[role=option]");
    if (!chosen || chosen.getAttribute("aria-disabled") === "true") return;
    if (this.#compare.checked) return this.#choose(toggled(this.#names, nameOf(chosen)));
    this.#menu.hidePopover();
    this.#choose([nameOf(chosen)]);
  }

  /** @param {string[]} names */
  #choose(names) {
    this.emit("choose", { names });
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const options = [...this.#list.children];
    const index = options.indexOf(document.activeElement);
    const target = targetOf(event.key, index, options.length);
    if (event.key === "Enter" || event.key === " ") this.#chosen(document.activeElement);
    else if (target !== null) options[target].focus();
    else if (event.key.length === 1) this.#typedAhead(event, options, index);
    else return;
    event.preventDefault();
  }

  /** @param {KeyboardEvent} event @param {any[]} options @param {number} index */
  #typedAhead({ key, timeStamp }, options, index) {
    options[this.#typeAhead.press(key, timeStamp, options.map(nameOf), index)]?.focus();
  }
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

/** @param {Element} option @returns {string} */
function nameOf(option) {
  return part(option, "name").textContent;
}

/** @param {string[]} names @param {string} name @returns {string[]} never empty */
function toggled(names, name) {
  const others = names.filter((each) => each !== name);
  if (others.length === names.length) return [...names, name];
  return others.length ? others : names;
}

/**
 * @param {import("#js/state/records.js").Model} model
 * @param {boolean} selected
 * @param {boolean} isFull whether no more can be selected
 */
function option({ name, notes, announcement }, selected, isFull) {
  const remarks = [notes, announcement].filter(Boolean).join(" ");
  const item = clone("option");
  item.setAttribute("aria-selected", String(selected));
  item.setAttribute("aria-disabled", String(isFull && !selected));
  part(item, "name").textContent = name;
  part(item, "notes").textContent = remarks;
  part(item, "notes").hidden = !remarks;
  return item;
}
