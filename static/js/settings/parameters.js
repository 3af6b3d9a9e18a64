/**
 * Reads the numbers that a user types for parameters and checks them against the ranges of a model.
 * The site checks again: conversations/upstream/ranges.py.
 *
 * @typedef {import("#js/state/records.js").Allowed} Allowed
 * @typedef {import("#js/state/records.js").Model | undefined} Model
 */

import { word } from "#js/ui/words.js";

/** @param {Model} model @param {string} name @returns {boolean} */
export function accepts(model, name) {
  return !model?.parameters || name in model.parameters;
}

/**
 * Reads a number from a text.
 *
 * @param {string} name of the parameter
 * @param {string} text empty if the parameter is not set
 * @param {Model} model
 * @returns {{value: number | undefined, fault: string}} `fault` names the range; empty if the
 *   model accepts the value
 */
export function read(name, text, model) {
  if (text.trim() === "") return { value: undefined, fault: "" };
  const value = Number(text.trim().replace(",", "."));
  const allowed = model?.parameters?.[name] ?? {};
  const isNumber = Number.isFinite(value) && (!allowed.whole || Number.isInteger(value));
  if (isNumber && isWithin(value, allowed)) return { value, fault: "" };
  const sentence = allowed.whole ? "parameter-whole" : "parameter-number";
  return { value: undefined, fault: word(sentence, { range: describeRange(allowed) }) };
}

/** @param {number} value @param {Allowed} allowed @returns {boolean} */
function isWithin(value, { low = -Infinity, high = Infinity, open_low = false, also = [] }) {
  if (also.includes(value)) return true;
  return (open_low ? value > low : value >= low) && value <= high;
}

/** @param {Allowed} allowed @returns {string} "0 to 2", "-1 or 1 to 100" */
function describeRange({ low = -Infinity, high = Infinity, open_low = false, also = [] }) {
  const range = word(open_low ? "range-above" : "range", { low, high });
  return [...also.map(String), range].join(word("range-or"));
}

/**
 * The range of a parameter for a model, and its default.
 *
 * @param {string} name
 * @param {Model} model
 * @returns {string}
 */
export function describe(name, model) {
  const allowed = model?.parameters?.[name];
  if (!allowed) return "";
  const range = describeRange(allowed);
  if (allowed.default === null || allowed.default === undefined)
    return word("range-only", { range });
  return word("range-default", { range, value: allowed.default });
}

/**
 * The number of items that a list can have; without limit if the model has none.
 *
 * @param {string} name
 * @param {Model} model
 * @returns {number}
 */
export function mostOf(name, model) {
  return model?.parameters?.[name]?.most ?? Number.POSITIVE_INFINITY;
}
