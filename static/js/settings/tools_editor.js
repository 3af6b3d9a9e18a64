/**
 * The editor of `tools`: the user's saved functions, each on or off for this conversation.
 *
 * @typedef {import("#js/state/records.js").Definition} Definition
 * @typedef {import("#js/settings/definition_dialog.js").Draft} Draft
 * @typedef {{type: "function", function: {name: string, description?: string,
 *   parameters?: any, strict?: boolean}}} Tool
 */

import { askDefinition } from "#js/settings/definition_dialog.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, on, part } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/** @extends {Emitter<import("#js/events.js").DefinitionEditorEvents>} */
export class ToolsEditor extends Emitter {
  element = clone("tools-editor");
  /** @type {Tool[]} */
  #chosen = [];
  /** @type {Definition[]} */
  #saved = [];
  /** The number of functions that a request can have. */
  #most = Number.POSITIVE_INFINITY;
  #drawn = "";

  constructor() {
    super();
    on(part(this.element, "new"), "click", () => this.#edit(null));
  }

  /** @param {{value: Tool[] | undefined, definitions: Definition[], most: number}} view */
  update({ value, definitions, most }) {
    const saved = definitions.filter((each) => each.kind === "tool");
    const shown = JSON.stringify([value, saved, most]);
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    this.#chosen = value ?? [];
    this.#saved = saved;
    this.#most = most;
    this.#draw();
  }

  #draw() {
    const rows = this.#tools().map((tool) => this.#row(tool));
    part(this.element, "none").hidden = rows.length > 0;
    const full = this.#chosen.length >= this.#most;
    part(this.element, "full").hidden = !full;
    if (full)
      part(this.element, "full").textContent = word("tools-full", { count: count(this.#most) });
    this.#replaceRows(rows);
  }

  /** @param {HTMLElement[]} rows the focus stays at the same index */
  #replaceRows(rows) {
    const list = part(this.element, "rows");
    const active = /** @type {HTMLElement | null} */ (document.activeElement);
    const index = [...list.children].findIndex((each) => each.contains(active));
    list.replaceChildren(...rows);
    if (index < 0) return;
    const row = rows[Math.min(index, rows.length - 1)];
    (row ? part(row, active?.dataset.part ?? "") : part(this.element, "new")).focus();
  }

  /** @returns {Tool[]} those that are saved, and those that only this conversation has */
  #tools() {
    const saved = this.#saved.map((each) => /** @type {Tool} */ (each.definition));
    const names = saved.map(nameOf);
    return [...saved, ...this.#chosen.filter((each) => !names.includes(nameOf(each)))];
  }

  /** @param {Tool} tool */
  #row(tool) {
    const row = clone("tool-row");
    const name = nameOf(tool);
    const isChosen = this.#chosen.some((each) => nameOf(each) === name);
    const box = part(row, "chosen");
    box.checked = isChosen;
    box.disabled = !isChosen && this.#chosen.length >= this.#most;
    part(row, "name").textContent = name;
    part(row, "description").textContent = tool.function.description ?? "";
    part(row, "edit").setAttribute("aria-label", word("edit-named", { name }));
    part(row, "delete").setAttribute("aria-label", word("delete-definition", { name }));
    on(box, "change", () => this.#choose(tool, box.checked));
    on(part(row, "edit"), "click", () => this.#edit(tool));
    on(part(row, "delete"), "click", () => this.#delete(tool));
    return row;
  }

  /** @param {Tool} tool @param {boolean} isChosen */
  #choose(tool, isChosen) {
    const others = this.#chosen.filter((each) => nameOf(each) !== nameOf(tool));
    this.#change(isChosen ? [...others, tool] : others);
  }

  /** @param {Tool | null} old */
  async #edit(old) {
    const taken = this.#tools()
      .map(nameOf)
      .filter((name) => !old || name !== nameOf(old));
    const draft = await askDefinition("tool", old && draftOf(old), taken);
    if (!draft) return;
    const tool = toolOf(draft);
    const others = this.#chosen.filter((each) => !old || nameOf(each) !== nameOf(old));
    const isRenamed = old !== null && nameOf(old) !== draft.name;
    const replaces = isRenamed ? (/** @type {Definition[]} */ all) => savedAs(old, all) : null;
    this.emit("save", { kind: "tool", name: draft.name, definition: tool, replaces });
    if (others.length < this.#most) this.#change([...others, tool]);
  }

  /** @param {Tool} tool */
  #delete(tool) {
    const wasChosen = this.#chosen.some((each) => nameOf(each) === nameOf(tool));
    const use = wasChosen ? () => this.#choose(tool, true) : null;
    const next = part(this.element, "new");
    this.#choose(tool, false);
    const find = (/** @type {Definition[]} */ all) => savedAs(tool, all);
    this.emit("delete", { name: nameOf(tool), find, use, next });
  }

  /** @param {Tool[]} tools */
  #change(tools) {
    this.emit("change", { value: tools.length > 0 ? tools : undefined });
  }
}

/** @param {Tool} tool @returns {string} */
function nameOf(tool) {
  return tool.function.name;
}

/** @param {Tool} tool @param {Definition[]} definitions @returns {Definition | undefined} */
function savedAs(tool, definitions) {
  const name = nameOf(tool);
  return definitions.find(
    (each) => each.kind === "tool" && each.definition.function?.name === name,
  );
}

/** @param {Tool} tool @returns {Draft} */
function draftOf({ function: { name, description = "", parameters = {}, strict = false } }) {
  return { name, description, schema: parameters, strict };
}

/** @param {Draft} draft @returns {Tool} */
function toolOf({ name, description, schema, strict }) {
  const described = description ? { description } : {};
  const saved = { name, ...described, parameters: schema, ...(strict ? { strict } : {}) };
  return { type: "function", function: saved };
}
