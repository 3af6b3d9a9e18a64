/** An answer that was requested as JSON: a tree while it streams, then checked with its schema. */

import { checkAnswer } from "#js/json/fault_text.js";
import { pretty } from "#js/json/pretty.js";
import { JsonReader } from "#js/json/reader.js";
import { csvOf, tableOf } from "#js/json/table.js";
import { viewOf } from "#js/json/tree_view.js";
import { copy } from "#js/ui/clipboard.js";
import { download } from "#js/ui/downloads.js";
import { clone, on, part, setHidden, setText } from "#js/ui/markup.js";
import { announce } from "#js/ui/status.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/json/table.js").Table} Table
 */

const MOST_ROWS = 500;

export class StructuredAnswer {
  #root;
  #reader = new JsonReader();
  /** @type {ReturnType<typeof viewOf> | null} */
  #view = null;
  #drawn = { content: "", running: true };
  #source = "";
  /** @type {Table | null} */
  #table = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root;
    on(part(root, "json-copy"), "click", () => this.#copy());
    on(part(root, "json-download"), "click", () => this.#downloadJson());
    on(part(root, "csv-download"), "click", () => this.#downloadCsv());
    on(part(root, "as-table"), "click", () => this.#showTable(part(root, "table").hidden));
  }

  /**
   * @param {{message: Message, isLast: boolean, isBusy: boolean}} view
   * @returns {boolean} whether it shows the answer; if not, the answer is shown as text, above
   *   the result of the check
   */
  update({ message, isLast, isBusy }) {
    const running = message.generation?.status === "running";
    const wanted = asksForJson(message.response_format) && message.content.trim() !== "";
    if (wanted) this.#draw(message, running);
    const isTree = wanted && this.#view !== null && !this.#reader.isTooDeep;
    setHidden(this.#root, !wanted || (running && !isTree));
    setHidden(part(this.#root, "json"), !isTree);
    setHidden(part(this.#root, "fix"), isBusy || !isLast || part(this.#root, "faults").hidden);
    return isTree;
  }

  /** @returns {string} a message to the model about the faults of its answer */
  get complaint() {
    const faults = [...part(this.#root, "fault-list").children].map((each) => each.textContent);
    return word("fix-message", { faults: faults.map((each) => `- ${each}`).join("\n") });
  }

  /** @param {Message} message @param {boolean} running */
  #draw(message, running) {
    const { content } = message;
    if (content === this.#drawn.content && running === this.#drawn.running) return;
    if (!content.startsWith(this.#drawn.content)) this.#begin();
    this.#drawn = { content, running };
    this.#read(content, running);
    this.#conclude(message, running);
  }

  /** Starts again, because the text was replaced. */
  #begin() {
    this.#reader = new JsonReader();
    this.#view?.element.remove();
    this.#view = null;
  }

  /** @param {string} content @param {boolean} running */
  #read(content, running) {
    this.#reader.update(content);
    if (!running) this.#reader.finish();
    if (!this.#reader.root || this.#reader.isTooDeep) return;
    if (!this.#view) {
      this.#view = viewOf(this.#reader.root, null);
      part(this.#root, "tree").append(this.#view.element);
    }
    this.#view.update();
    this.#drawAround(content);
  }

  /** @param {string} content the text around its JSON is shown beside the tree */
  #drawAround(content) {
    const around = this.#reader.around(content);
    for (const place of /** @type {const} */ (["before", "after"])) {
      const line = part(this.#root, place);
      setText(line, around[place]);
      setHidden(line, around[place] === "");
    }
  }

  /** @param {Message} message @param {boolean} running */
  #conclude(message, running) {
    for (const name of ["bar", "verdict", "faults"]) part(this.#root, name).hidden = true;
    this.#showTable(false);
    // Text beside a tool call is not the answer yet.
    if (running || (message.tool_calls?.length && !this.#view)) return;
    const { schema, name } = message.response_format?.json_schema ?? {};
    const { node, source, isWhole, faults } = checkAnswer(message.content, schema);
    this.#source = node ? pretty(node) : source;
    this.#table = tableOf(node);
    part(this.#root, "bar").hidden = !isWhole && this.#view === null;
    part(this.#root, "as-table").hidden = this.#table === null;
    part(this.#root, "csv-download").hidden = this.#table === null;
    this.#drawVerdict(faults, schema === undefined ? "" : name);
  }

  /** @param {string[]} faults @param {string} name of the schema, empty for none */
  #drawVerdict(faults, name) {
    part(this.#root, "verdict").hidden = faults.length > 0;
    part(this.#root, "verdict-text").textContent = name
      ? word("json-fits", { name })
      : word("json-whole");
    part(this.#root, "faults").hidden = faults.length === 0;
    part(this.#root, "fault-list").replaceChildren(...faults.map(item));
  }

  /** @param {boolean} asTable */
  #showTable(asTable) {
    const box = part(this.#root, "table");
    box.hidden = !asTable;
    part(this.#root, "tree").hidden = asTable;
    part(this.#root, "as-table").setAttribute("aria-pressed", String(asTable));
    box.replaceChildren(...(asTable && this.#table ? [tableElement(this.#table)] : []));
  }

  async #copy() {
    if (await copy(this.#source)) announce("copied");
  }

  #downloadJson() {
    download(`${word("json-file")}.json`, "application/json", this.#source);
  }

  #downloadCsv() {
    // The byte order mark tells a spreadsheet that the file is UTF-8.
    if (this.#table)
      download(`${word("json-file")}.csv`, "text/csv", `\ufeff${csvOf(this.#table)}`);
  }
}

/** @param {any} format @returns {boolean} */
function asksForJson(format) {
  return format?.type === "json_object" || format?.type === "json_schema";
}

/** @param {string} text */
function item(text) {
  const element = document.createElement("li");
  element.textContent = text;
  return element;
}

/** @param {Table} table */
function tableElement({ columns, rows }) {
  const element = clone("json-table");
  part(element, "head").append(...columns.map((each) => cell("th", each)));
  for (const row of rows.slice(0, MOST_ROWS)) {
    const line = document.createElement("tr");
    line.append(...row.map((each) => cell("td", each)));
    part(element, "body").append(line);
  }
  return element;
}

/** @param {"th" | "td"} name @param {string} text */
function cell(name, text) {
  const element = document.createElement(name);
  if (name === "th") element.setAttribute("scope", "col");
  element.textContent = text;
  return element;
}
