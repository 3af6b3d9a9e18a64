/** The dialog for writing a function or a schema, which is checked at every key. */

import { checkSchema } from "#js/json/fault_text.js";
import { checkLength } from "#js/ui/length_limit.js";
import { element, on } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {"tool" | "schema"} Kind
 * @typedef {{name: string, description: string, schema: any, strict: boolean}} Draft
 * @typedef {{name: string, description: string, text: string, strict: boolean}} Written the
 *   contents of the fields, valid or not
 */

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** @type {Record<Kind, any>} the text of a new definition */
const FIRST = {
  tool: { type: "object", properties: {}, required: [] },
  schema: { type: "object", properties: {}, required: [], additionalProperties: false },
};
const FIELDS = {
  name: "definition-name",
  description: "definition-description",
  text: "definition-text",
  strict: "definition-strict",
};

class DefinitionDialog {
  #dialog = element("definition-dialog");
  /** @type {string[]} names that are taken */
  #taken = [];
  /** @type {((draft: Draft | null) => void) | null} */
  #resolve = null;
  /** @type {Map<string, Written>} closed without saving or cancelling, by kind and name */
  #unfinished = new Map();
  #key = "";

  constructor() {
    on(this.#dialog, "input", () => this.#changed());
    on(this.#dialog.querySelector("[data-cancel]"), "click", () =>
      this.#unfinished.delete(this.#key),
    );
    on(this.#dialog, "close", () => this.#closed());
  }

  /**
   * Opens the dialog. A text that was neither saved nor cancelled before comes back.
   *
   * @param {Kind} kind
   * @param {Draft | null} draft null for a new one
   * @param {string[]} taken names of the others
   * @returns {Promise<Draft | null>} null when it was cancelled or closed
   */
  ask(kind, draft, taken) {
    this.#taken = taken;
    const isTool = kind === "tool";
    const heading = `${draft ? "edit" : "new"}-${kind}`;
    element("definition-heading").textContent = word(heading);
    element("definition-text-label").textContent = word(isTool ? "tool-parameters" : "schema-text");
    element("definition-description-field").hidden = !isTool;
    this.#key = `${kind}:${draft?.name ?? ""}`;
    this.#fill(this.#unfinished.get(this.#key) ?? firstOf(kind, draft));
    this.#check();
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  #changed() {
    const { name, description, text, strict } = FIELDS;
    this.#unfinished.set(this.#key, {
      name: element(name).value,
      description: element(description).value,
      text: element(text).value,
      strict: element(strict).checked,
    });
    this.#check();
  }

  /** @param {Written} written */
  #fill({ name, description, text, strict }) {
    element(FIELDS.name).value = name;
    element(FIELDS.description).value = description;
    checkLength(element(FIELDS.description));
    element(FIELDS.text).value = text;
    element(FIELDS.strict).checked = strict;
  }

  #closed() {
    const isSaved = this.#dialog.returnValue === "yes";
    if (isSaved) this.#unfinished.delete(this.#key);
    this.#resolve?.(isSaved ? this.#draft(this.#written().value) : null);
    this.#resolve = null;
  }

  #written() {
    return checkSchema(element(FIELDS.text).value);
  }

  /** @param {any} schema @returns {Draft} */
  #draft(schema) {
    const name = element(FIELDS.name).value.trim();
    const description = element(FIELDS.description).value.trim();
    return { name, description, schema, strict: element(FIELDS.strict).checked };
  }

  #check() {
    const name = element(FIELDS.name).value.trim();
    const nameFault = this.#nameFault(name);
    const { value, faults } = this.#written();
    if (faults.length === 0 && !isObject(value)) faults.push(word("definition-no-object"));
    showFaults("definition-name-fault", name === "" ? [] : nameFault);
    showFaults("definition-text-faults", faults);
    element("definition-save").disabled = nameFault.length > 0 || faults.length > 0;
  }

  /** @param {string} name @returns {string[]} */
  #nameFault(name) {
    if (!NAME.test(name)) return [word("definition-name-form")];
    return this.#taken.includes(name) ? [word("definition-name-taken")] : [];
  }
}

/** @param {Kind} kind @param {Draft | null} draft @returns {Written} */
function firstOf(kind, draft) {
  const { name = "", description = "", schema = FIRST[kind], strict = false } = draft ?? {};
  return { name, description, text: JSON.stringify(schema, null, 2), strict };
}

/** @param {any} value @returns {boolean} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {string} id @param {string[]} faults */
function showFaults(id, faults) {
  const list = element(id);
  list.hidden = faults.length === 0;
  list.replaceChildren(
    ...faults.map((fault) => {
      const line = document.createElement("li");
      line.textContent = fault;
      return line;
    }),
  );
}

/** @type {DefinitionDialog | null} */
let dialog = null;

/**
 * @param {Kind} kind
 * @param {Draft | null} draft
 * @param {string[]} taken
 * @returns {Promise<Draft | null>}
 */
export function askDefinition(kind, draft, taken) {
  dialog ??= new DefinitionDialog();
  return dialog.ask(kind, draft, taken);
}
