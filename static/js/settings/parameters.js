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
  const allowed = model?.parameters?.[name] ?? {};
  const value = numberIn(text, allowed.whole ?? false);
  const isNumber = Number.isFinite(value) && (!allowed.whole || Number.isInteger(value));
  if (isNumber && isWithin(value, allowed)) return { value, fault: "" };
  const sentence = allowed.whole ? "parameter-whole" : "parameter-number";
  return { value: undefined, fault: word(sentence, { range: describeRange(allowed) }) };
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
const GROUPED = /^[-+]?\d{1,3}([.,'’\s]\d{3})+$/;

/**
 * A number as people write it: with a decimal comma, in full-width digits, with the minus sign of
 * typography. In a whole number, points and commas before three digits are those of thousands.
 *
 * @param {string} text
 * @param {boolean} isWhole
 * @returns {number} NaN if it is none
 */
function numberIn(text, isWhole) {
  const plain = text.normalize("NFKC").trim().replace("−", "-");
  if (isWhole && GROUPED.test(plain)) return Number(plain.replaceAll(/[^-\d]/g, ""));
  const decimal = plain.replace(",", ".");
  return NUMBER.test(decimal) ? Number(decimal) : Number.NaN;
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
  if (isKnown(allowed.default)) return word("range-default", { range, value: allowed.default });
  if (isKnown(allowed.usual)) return word("range-usual", { range, value: allowed.usual });
  return word("range-only", { range });
}

/**
 * The words in the empty field of a number: the default that is sent, or else what is usual.
 *
 * @param {string} name
 * @param {Model} model
 * @returns {string}
 */
export function placeholderOf(name, model) {
  const { default: set, usual } = model?.parameters?.[name] ?? {};
  if (isKnown(set)) return word("default-of", { value: set });
  return isKnown(usual) ? word("placeholder-usual", { value: usual }) : word("placeholder-default");
}

/** @param {number | null | undefined} value @returns {value is number} */
function isKnown(value) {
  return value !== null && value !== undefined;
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
