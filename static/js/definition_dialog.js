/** The dialog in which a person writes a function or a schema, checked with every key. */

import { writtenSchema } from "#js/faults.js";
import { element, on } from "#js/markup.js";
import { word } from "#js/words.js";

/**
 * @typedef {"tool" | "schema"} Kind
 * @typedef {{name: string, description: string, schema: any, strict: boolean}} Draft
 */

const NAME = /^[a-zA-Z0-9_-]{1,64}$/;
/** @type {Record<Kind, any>} what a new one begins with */
const FIRST = {
  tool: { type: "object", properties: {}, required: [] },
  schema: { type: "object", properties: {}, required: [], additionalProperties: false },
};
const FIELDS = { name: "definition-name", text: "definition-text" };

class DefinitionDialog {
  #dialog = element("definition-dialog");
  /** @type {Kind} */
  #kind = "tool";
  /** @type {string[]} names that are taken */
  #taken = [];
  /** @type {((draft: Draft | null) => void) | null} */
  #resolve = null;

  constructor() {
    on(this.#dialog, "input", () => this.#check());
    on(this.#dialog, "close", () => this.#closed());
  }

  /**
   * @param {Kind} kind
   * @param {Draft | null} draft null for a new one
   * @param {string[]} taken names of the others
   * @returns {Promise<Draft | null>} null when it was put aside
   */
  ask(kind, draft, taken) {
    this.#kind = kind;
    this.#taken = taken;
    const isTool = kind === "tool";
    const heading = `${draft ? "edit" : "new"}-${kind}`;
    element("definition-heading").textContent = word(heading);
    element("definition-text-label").textContent = word(isTool ? "tool-parameters" : "schema-text");
    element("definition-description-field").hidden = !isTool;
    element(FIELDS.name).value = draft?.name ?? "";
    element("definition-description").value = draft?.description ?? "";
    element(FIELDS.text).value = JSON.stringify(draft?.schema ?? FIRST[kind], null, 2);
    element("definition-strict").checked = draft?.strict ?? false;
    this.#check();
    this.#dialog.returnValue = "";
    this.#dialog.showModal();
    return new Promise((resolve) => (this.#resolve = resolve));
  }

  #closed() {
    this.#resolve?.(this.#dialog.returnValue === "yes" ? this.#draft(this.#written().value) : null);
    this.#resolve = null;
  }

  #written() {
    return writtenSchema(element(FIELDS.text).value);
  }

  /** @param {any} schema @returns {Draft} */
  #draft(schema) {
    const name = element(FIELDS.name).value.trim();
    const description = element("definition-description").value.trim();
    return { name, description, schema, strict: element("definition-strict").checked };
  }

  #check() {
    const name = element(FIELDS.name).value.trim();
    const nameFault = this.#nameFault(name);
    const { value, faults } = this.#written();
    if (faults.length === 0 && !isObject(value)) faults.push(word("definition-no-object"));
    write("definition-name-fault", name === "" ? [] : nameFault);
    write("definition-text-faults", faults);
    element("definition-save").disabled = nameFault.length > 0 || faults.length > 0;
  }

  /** @param {string} name @returns {string[]} */
  #nameFault(name) {
    if (!NAME.test(name)) return [word("definition-name-form")];
    return this.#taken.includes(name) ? [word("definition-name-taken")] : [];
  }
}

/** @param {any} value @returns {boolean} */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {string} id @param {string[]} faults */
function write(id, faults) {
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
