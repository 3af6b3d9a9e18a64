/**
 * The keywords of JSON Schema 2020-12 that look at one value. The keywords that apply schemas to
 * parts of the value are in validator.js.
 *
 * @typedef {(wanted: any, value: any) => string | number | boolean | null} Rule what the
 *   keyword wants, to be shown; null if the value is valid
 */

/** @param {any} value @returns {string} */
export function typeOf(value) {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value === "bigint" ? "number" : typeof value;
}

/** @param {any} value @param {string} type @returns {boolean} */
function isOf(value, type) {
  return type === "integer" ? isWhole(value) : typeOf(value) === type;
}

/**
 * Whether a value is a whole number. One of JSON that is too large for JavaScript, which reads it
 * as Infinity, has no fraction either.
 *
 * @param {any} value
 * @returns {boolean}
 */
function isWhole(value) {
  return typeOf(value) === "number" && (!Number.isFinite(value) || Number.isInteger(value));
}

/** @param {any} one @param {any} other @returns {boolean} whether they are the same JSON value */
export function same(one, other) {
  return canonical(one) === canonical(other);
}

/** @param {any} value @returns {string} */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeOf(value) === "number") return String(value);
  if (typeOf(value) !== "object") return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join()}}`;
}

/**
 * @param {string} type
 * @param {(wanted: any, value: any) => boolean} isValid
 * @returns {Rule} for which values of other types are valid
 */
function rule(type, isValid) {
  return (wanted, value) => (typeOf(value) !== type || isValid(wanted, value) ? null : wanted);
}

/** @param {string} text @returns {number} in characters, as the standard counts them */
const length = (text) => [...text].length;

/** @param {number} step @param {number | bigint} value @returns {boolean} */
function isMultiple(step, value) {
  if (typeof value === "bigint" && Number.isInteger(step) && step !== 0) {
    return value % BigInt(step) === 0n;
  }
  const times = Number(value) / step;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

/** @param {string} pattern @param {string} value @returns {boolean} */
export function matches(pattern, value) {
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

/** @type {Record<string, Rule>} */
export const RULES = {
  type: (wanted, value) => {
    const types = [wanted].flat();
    return types.some((type) => isOf(value, type)) ? null : types.join(", ");
  },
  enum: (wanted, value) =>
    wanted.some((/** @type {any} */ each) => same(each, value))
      ? null
      : wanted.map((/** @type {any} */ each) => JSON.stringify(each)).join(", "),
  const: (wanted, value) => (same(wanted, value) ? null : JSON.stringify(wanted)),
  minimum: rule("number", (wanted, value) => value >= wanted),
  maximum: rule("number", (wanted, value) => value <= wanted),
  exclusiveMinimum: rule("number", (wanted, value) => value > wanted),
  exclusiveMaximum: rule("number", (wanted, value) => value < wanted),
  multipleOf: rule("number", isMultiple),
  minLength: rule("string", (wanted, value) => length(value) >= wanted),
  maxLength: rule("string", (wanted, value) => length(value) <= wanted),
  pattern: rule("string", matches),
  minItems: rule("array", (wanted, value) => value.length >= wanted),
  maxItems: rule("array", (wanted, value) => value.length <= wanted),
  uniqueItems: rule(
    "array",
    (wanted, value) => !wanted || new Set(value.map(canonical)).size === value.length,
  ),
  minProperties: rule("object", (wanted, value) => Object.keys(value).length >= wanted),
  maxProperties: rule("object", (wanted, value) => Object.keys(value).length <= wanted),
};
