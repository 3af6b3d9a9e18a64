/**
 * The editor of `response_format`: text, any JSON object, or one of the user's schemas.
 *
 * @typedef {import("#js/state/records.js").Definition} Definition
 */

import { askDefinition } from "#js/settings/definition_dialog.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, on, part } from "#js/ui/markup.js";

/** @extends {Emitter<import("#js/events.js").DefinitionEditorEvents>} */
export class FormatEditor extends Emitter {
  element = clone("format-editor");
  /** @type {any} */
  #value = undefined;
  /** @type {Definition[]} */
  #saved = [];
  #drawn = "";

  constructor() {
    super();
    on(part(this.element, "type"), "change", () => this.#typeChosen());
    on(part(this.element, "schema"), "change", () => this.#schemaChosen());
    on(part(this.element, "new"), "click", () => this.#edit(null));
    on(part(this.element, "edit"), "click", () => this.#edit(this.#value?.json_schema ?? null));
    on(part(this.element, "delete"), "click", () => this.#delete());
  }

  /**
   * @param {{value: any, definitions: Definition[]}} view `value`: the `response_format`,
   *   undefined for text
   */
  update({ value, definitions }) {
    const saved = definitions.filter((each) => each.kind === "schema");
    const shown = JSON.stringify([value, saved]);
    if (shown === this.#drawn) return;
    this.#drawn = shown;
    this.#value = value;
    this.#saved = saved;
    this.#draw();
  }

  #draw() {
    const type = this.#value?.type ?? "text";
    part(this.element, "type").value = type;
    part(this.element, "schemas").hidden = type !== "json_schema";
    part(this.element, "hint").hidden = type !== "json_object";
    const name = this.#value?.json_schema?.name ?? "";
    const names = [...new Set([...this.#saved.map((each) => each.name), name])].filter(Boolean);
    const list = part(this.element, "schema");
    list.replaceChildren(...names.map((each) => new Option(each, each, false, each === name)));
    list.hidden = names.length === 0;
    part(this.element, "edit").hidden = name === "";
    part(this.element, "delete").hidden = !this.#saved.some((each) => each.name === name);
  }

  #typeChosen() {
    const type = part(this.element, "type").value;
    if (type !== "json_schema") return this.#change(type === "text" ? undefined : { type });
    if (this.#saved.length > 0) return this.#use(this.#saved[0].name, this.#saved[0].definition);
    // Nothing can be requested until there is a schema.
    part(this.element, "schemas").hidden = false;
    return this.#edit(null);
  }

  #schemaChosen() {
    const name = part(this.element, "schema").value;
    const saved = this.#saved.find((each) => each.name === name);
    if (saved) this.#use(saved.name, saved.definition);
  }

  /** @param {{name: string, schema: any, strict?: boolean} | null} old */
  async #edit(old) {
    const taken = this.#saved.map((each) => each.name).filter((name) => name !== old?.name);
    const draft = await askDefinition("schema", old && draftOf(old), taken);
    if (!draft) return this.#draw();
    const { name, schema, strict } = draft;
    const replaces = old && name !== old.name ? findSchema(old.name) : null;
    this.emit("save", { kind: "schema", name, definition: schema, replaces });
    return this.#use(name, schema, strict);
  }

  #delete() {
    const value = this.#value;
    const name = value?.json_schema?.name;
    const find = findSchema(name);
    const next = part(this.element, "type");
    this.#change(undefined);
    // The button disappears with the schema.
    next.focus();
    this.emit("delete", { name, find, use: () => this.#change(value), next });
  }

  /** @param {string} name @param {any} schema @param {boolean} [strict] */
  #use(name, schema, strict = false) {
    const json_schema = { name, schema, ...(strict ? { strict } : {}) };
    this.#change({ type: "json_schema", json_schema });
  }

  /** @param {any} value */
  #change(value) {
    this.emit("change", { value });
  }
}

/** @param {string} name @returns {import("#js/settings/definition_changes.js").Find} */
function findSchema(name) {
  return (all) => all.find((each) => each.kind === "schema" && each.name === name);
}

/**
 * @param {{name: string, schema: any, strict?: boolean}} old
 * @returns {import("#js/settings/definition_dialog.js").Draft}
 */
function draftOf({ name, schema, strict = false }) {
  return { name, description: "", schema, strict };
}
