/** The dialog with the request, cost and duration of an answer: docs/protocol.md, DETAILS. */

import { pretty } from "#js/json/pretty.js";
import { costText, loadDetails } from "#js/messages/answer_details.js";
import { curlOf } from "#js/messages/curl.js";
import { copy } from "#js/ui/clipboard.js";
import { exactName } from "#js/ui/dates.js";
import { element, on } from "#js/ui/markup.js";
import { announce } from "#js/ui/status.js";
import { count, word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/messages/answer_details.js").Details} Details
 * @typedef {import("#js/messages/answer_details.js").JsonNode} JsonNode
 */

export class DetailsDialog {
  #dialog = element("details-dialog");
  /** @type {JsonNode | null} */
  #request = null;
  /** @type {string} */
  #model = "";

  constructor() {
    on(element("details-copy"), "click", () => this.#copy(this.#written));
    on(element("details-curl"), "click", () => this.#copy(this.#command()));
  }

  /** @param {string} messageId */
  async open(messageId) {
    this.#draw({});
    this.#dialog.showModal();
    const details = await loadDetails(messageId);
    element("details-problem").hidden = details !== null;
    element("details-problem").textContent = details ? "" : word("details-failed");
    this.#draw(details ?? {});
  }

  /** @param {Details} details */
  #draw(details) {
    this.#request = details.request ?? null;
    this.#model = details.model ?? "";
    const hasRequest = Boolean(this.#request?.entries.length);
    element("details-asked").hidden = !hasRequest;
    element("details-copy").hidden = !hasRequest;
    element("details-curl").hidden = !hasRequest;
    element("details-request").textContent = this.#written;
    element("details-facts").replaceChildren(...factsOf(details).flatMap(pair));
  }

  get #written() {
    return this.#request ? pretty(this.#request) : "";
  }

  // This site's API knows the model by its name here; the request has the provider's name.
  #command() {
    return this.#request ? curlOf(location.origin, this.#request, this.#model) : "";
  }

  /** @param {string} text */
  async #copy(text) {
    if (await copy(text)) announce("copied");
  }
}

/** @param {string} time */
function momentOf(time) {
  const language = document.documentElement.lang;
  return exactName(new Date(time), { dateStyle: "medium", timeStyle: "medium" }, language);
}

/** @param {Details} details @returns {[string, string | null][]} */
function factsOf(details) {
  if (!details.model) return [];
  return [
    ["model", details.model],
    ["provider", details.provider],
    ["created_at", momentOf(details.created_at)],
    ["tokens", tokens(details)],
    ["cost", costText(details)],
    ["first_token", milliseconds(details.first_token_ms)],
    ["duration", milliseconds(details.duration_ms)],
    ["speed", speed(details.tokens_per_second)],
    ["finish_reason", details.finish_reason],
    ["upstream_id", details.upstream_id],
    ["upstream_words", details.upstream_words],
    ["parameters", parameters(details.parameters ?? {})],
  ];
}

/** @param {[string, string | null | undefined]} fact @returns {HTMLElement[]} */
function pair([name, value]) {
  if (value === null || value === undefined || value === "") return [];
  const term = document.createElement("dt");
  term.textContent = word(`details-${name}`);
  const text = document.createElement("dd");
  text.textContent = value;
  return [term, text];
}

/** @param {Details} details */
function tokens({ prompt_tokens, completion_tokens, counted_by }) {
  if (prompt_tokens === undefined || prompt_tokens === null) return null;
  const counts = { prompt: count(prompt_tokens), completion: count(completion_tokens ?? 0) };
  const source = counted_by === "provider" ? "tokens-provider" : "tokens-estimate";
  return word(source, { tokens: word("tokens-in-out", counts) });
}

/** @param {number | null | undefined} value */
function milliseconds(value) {
  return value === null || value === undefined
    ? null
    : word("milliseconds", { milliseconds: count(value) });
}

/** @param {number | null | undefined} value */
function speed(value) {
  return value ? word("tokens-a-second", { speed: count(value) }) : null;
}

/** @param {Record<string, any>} sent */
function parameters(sent) {
  const lines = Object.entries(sent).map(([name, value]) => `${name}: ${short(name, value)}`);
  return lines.join("\n") || word("details-defaults");
}

/** @param {string} name @param {any} value */
function short(name, value) {
  if (name === "tools")
    return value.map((/** @type {any} */ tool) => tool.function.name).join(", ");
  if (name === "response_format") return value.json_schema?.name ?? value.type;
  return JSON.stringify(value);
}
