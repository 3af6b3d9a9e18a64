/** The details of an answer, as docs/protocol.md describes them: loaded and written as text. */

import { jsonIn } from "#js/json/reader.js";
import { count, duration, word } from "#js/ui/words.js";

/**
 * @typedef {import("#js/json/reader.js").JsonNode} JsonNode
 * @typedef {Record<string, any>} Details with `request` as a `JsonNode`, whose numbers are as the
 *   site wrote them
 */

const MICROS = 1_000_000;
const MINUTE_MS = 60_000;
const EXACT_BELOW_MS = 10_000;

/** @param {string} messageId @returns {Promise<Details | null>} null if they cannot be loaded */
export async function loadDetails(messageId) {
  try {
    const response = await fetch(`/m/${messageId}/details.json`);
    return response.ok ? readDetails(await response.text()) : null;
  } catch {
    return null;
  }
}

/** @param {string} text @returns {Details} */
export function readDetails(text) {
  const found = jsonIn(text);
  const request = found?.node?.entries.find(({ key }) => key === "request")?.node;
  return { ...JSON.parse(text), request };
}

/** @param {Details} details @returns {string | null} the cost in its currency */
export function costText({ cost_micros, currency }) {
  if (!currency) return null;
  const style = { style: /** @type {const} */ ("currency"), currency, maximumFractionDigits: 6 };
  const format = new Intl.NumberFormat(document.documentElement.lang, style);
  return format.format(cost_micros / MICROS);
}

/**
 * A length of time for comparing: "0.42 s", "12.3 s", "2 min 5 s".
 *
 * @param {number | null | undefined} milliseconds
 * @returns {string | null}
 */
export function timeText(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return null;
  if (milliseconds >= MINUTE_MS) return duration(milliseconds);
  const digits = milliseconds < EXACT_BELOW_MS ? 2 : 1;
  const rules = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(document.documentElement.lang, rules);
  return word("seconds", { seconds: format.format(milliseconds / 1000) });
}

/** @param {number | null | undefined} value @returns {string | null} */
export function countText(value) {
  return value === null || value === undefined ? null : count(value);
}
