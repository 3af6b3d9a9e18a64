/** The faults of a JSON text as sentences in the user's language, each with its place. */

import { jsonIn } from "#js/json/reader.js";
import { parsed } from "#js/json/syntax.js";
import { faultsOf } from "#js/json/validator.js";
import { faultsOfSchema } from "#js/json/written_schema.js";
import { hasWord, word } from "#js/ui/words.js";

/**
 * @param {import("#js/json/validator.js").Fault} fault
 * @returns {string}
 */
function sentence({ pointer, rule, wanted }) {
  const name = `fault-${rule}`;
  const values = { wanted: String(wanted), rule };
  const text = word(hasWord(name) ? name : "fault-other", values);
  return word("fault-at", { place: pointer || "/", fault: text });
}

/** @param {{line: number, column: number}} fault @returns {string} */
function syntaxSentence(fault) {
  return word("fault-syntax", fault);
}

/**
 * Parses and checks a schema that a user writes.
 *
 * @param {string} text
 * @returns {{value: any, faults: string[]}}
 */
export function checkSchema(text) {
  const { value, fault } = parsed(text);
  if (fault) return { value, faults: [syntaxSentence(fault)] };
  return { value, faults: faultsOfSchema(value).map(sentence) };
}

/**
 * Checks a finished answer against the requested schema, or only for valid JSON.
 *
 * @param {string} text
 * @param {any} schema undefined for none
 * @returns {{node: import("#js/json/reader.js").JsonNode | null, source: string,
 *   isWhole: boolean, faults: string[]}} `source` is the JSON, or all of the text if there is none
 */
export function checkAnswer(text, schema) {
  const found = jsonIn(text);
  if (found) {
    const { node, source, value } = found;
    const faults = schema === undefined ? [] : faultsOf(schema, value).map(sentence);
    return { node, source, isWhole: true, faults };
  }
  const { fault } = parsed(text.trim());
  const faults = fault ? [syntaxSentence(fault)] : [];
  return { node: null, source: text, isWhole: false, faults };
}
