/** The button that names the model and opens the list of those there are. */

import { clone, element, on, part } from "#js/markup.js";
import { placed } from "#js/popover.js";
import { word } from "#js/words.js";

/** Dispatches `choose` {name}. */
export class ModelPicker extends EventTarget {
  #button = element("model-button");
  #menu = element("model-menu");
  #list = element("model-list");

  constructor() {
    super();
    placed(this.#menu, () => this.#button);
    on(this.#menu, "toggle", (event) => this.#toggled(event));
    on(this.#list, "click", (event) => this.#chosen(event.target));
    on(this.#list, "keydown", (event) => this.#keyPressed(event));
  }

  /**
   * @param {import("#js/state.js").Model[]} models
   * @param {string | null} current
   */
  draw(models, current) {
    element("model-name").textContent = current ?? word("no-model");
    this.#button.disabled = models.length === 0;
    this.#list.replaceChildren(...models.map((model) => option(model, model.name === current)));
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
    if (!chosen) return;
    this.#menu.hidePopover();
    const detail = { name: nameOf(chosen) };
    this.dispatchEvent(new CustomEvent("choose", { detail }));
  }

  /** @param {KeyboardEvent} event */
  #keyPressed(event) {
    const options = [...this.#list.children];
    const place = options.indexOf(document.activeElement);
    const target = destination(event.key, place, options.length);
    if (event.key === "Enter" || event.key === " ") this.#chosen(document.activeElement);
    else if (target !== null) options[target].focus();
    else if (event.key.length === 1) this.#typedAhead(event.key, options, place);
    else return;
    event.preventDefault();
  }

  /** @param {string} letter @param {Element[]} options @param {number} place */
  #typedAhead(letter, options, place) {
    const fromHere = [...options.slice(place + 1), ...options.slice(0, place + 1)];
    const wanted = letter.toLowerCase();
    const next = fromHere.find((each) => nameOf(each).toLowerCase().startsWith(wanted));
    /** @type {HTMLElement | undefined} */ (next)?.focus();
  }
}

/**
 * @param {string} key
 * @param {number} place
 * @param {number} length
 * @returns {number | null} where the key leads in a list
 */
function destination(key, place, length) {
  if (key === "ArrowDown") return Math.min(place + 1, length - 1);
  if (key === "ArrowUp") return Math.max(place - 1, 0);
  if (key === "Home") return 0;
  if (key === "End") return length - 1;
  return null;
}

/** @param {Element} option @returns {string} */
function nameOf(option) {
  return part(option, "name").textContent;
}

/** @param {import("#js/state.js").Model} model @param {boolean} selected */
function option({ name, notes, announcement }, selected) {
  const remarks = [notes, announcement].filter(Boolean).join(" ");
  const item = clone("option");
  item.setAttribute("aria-selected", String(selected));
  part(item, "name").textContent = name;
  part(item, "notes").textContent = remarks;
  part(item, "notes").hidden = !remarks;
  return item;
}
