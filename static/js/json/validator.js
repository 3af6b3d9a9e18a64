/**
 * Validates a value against a JSON schema (2020-12), for the keywords that users and models use;
 * `format` is an annotation, as the standard says. The site checks schemas with a full
 * implementation; this one shows in the page where an answer breaks its schema.
 *
 * @typedef {{pointer: string, rule: string, wanted: string | number | boolean}} Fault `pointer` is
 *   a JSON pointer, empty for the whole value; `rule` the keyword that the value breaks
 */

import { matches, RULES, typeOf } from "#js/json/rules.js";

// A schema may refer to itself without end.
const DEEPEST = 200;
const MOST_FAULTS = 100;

/**
 * @param {any} schema
 * @param {any} value
 * @returns {Fault[]} none if the value is valid
 */
export function faultsOf(schema, value) {
  return new Check(schema).faults(schema, value, "", 0).slice(0, MOST_FAULTS);
}

/**
 * @typedef {(wanted: any, value: any, pointer: string, depth: number, schema: any) => Fault[]}
 *   Applier
 */

class Check {
  #root;

  /** @param {any} root */
  constructor(root) {
    this.#root = root;
  }

  /** @param {any} schema @param {any} value @param {string} pointer @param {number} depth */
  faults(schema, value, pointer, depth) {
    if (schema === false) return [fault(pointer, "false", "")];
    if (typeOf(schema) !== "object" || depth > DEEPEST) return [];
    /** @type {Fault[]} */
    const found = [];
    for (const [keyword, wanted] of Object.entries(schema)) {
      const broken = Object.hasOwn(RULES, keyword) ? RULES[keyword](wanted, value) : null;
      if (broken !== null) found.push(fault(pointer, keyword, broken));
      if (Object.hasOwn(this.#appliers, keyword)) {
        found.push(...this.#appliers[keyword](wanted, value, pointer, depth + 1, schema));
      }
    }
    return found;
  }

  /** @param {any} schema @param {any} value @param {number} depth @returns {boolean} */
  #holds(schema, value, depth) {
    return this.faults(schema, value, "", depth).length === 0;
  }

  /** @param {any} reference @returns {any} the schema in this document; true for one elsewhere */
  #resolved(reference) {
    if (reference === "#") return this.#root;
    if (typeof reference !== "string" || !reference.startsWith("#/")) return true;
    const steps = reference.slice(2).split("/").map(unescaped);
    return steps.reduce(
      (at, step) => (at && Object.hasOwn(at, step) ? at[step] : true),
      this.#root,
    );
  }

  /** @type {Record<string, Applier>} */
  #appliers = {
    $ref: (wanted, value, pointer, depth) =>
      this.faults(this.#resolved(wanted), value, pointer, depth),
    allOf: (wanted, value, pointer, depth) =>
      wanted.flatMap((/** @type {any} */ each) => this.faults(each, value, pointer, depth)),
    anyOf: (wanted, value, pointer, depth) => {
      const tries = wanted.map((/** @type {any} */ each) =>
        this.faults(each, value, pointer, depth),
      );
      if (tries.some((/** @type {Fault[]} */ each) => each.length === 0)) return [];
      return tries.length === 1 ? tries[0] : [fault(pointer, "anyOf", tries.length)];
    },
    oneOf: (wanted, value, pointer, depth) => {
      const holding = wanted.filter((/** @type {any} */ each) => this.#holds(each, value, depth));
      return holding.length === 1 ? [] : [fault(pointer, "oneOf", holding.length)];
    },
    not: (wanted, value, pointer, depth) =>
      this.#holds(wanted, value, depth) ? [fault(pointer, "not", "")] : [],
    if: (wanted, value, pointer, depth, schema) => {
      const branch = this.#holds(wanted, value, depth) ? schema.then : schema.else;
      return this.faults(branch ?? true, value, pointer, depth);
    },
    required: (wanted, value, pointer) => missing(wanted, value, pointer),
    dependentRequired: (wanted, value, pointer) =>
      membersOf(value)
        .filter((key) => Object.hasOwn(wanted, key))
        .flatMap((key) => missing(wanted[key], value, pointer)),
    properties: (wanted, value, pointer, depth) =>
      membersOf(value)
        .filter((key) => Object.hasOwn(wanted, key))
        .flatMap((key) => this.faults(wanted[key], value[key], pointerTo(pointer, key), depth)),
    patternProperties: (wanted, value, pointer, depth) =>
      Object.keys(wanted).flatMap((pattern) =>
        membersOf(value)
          .filter((key) => matches(pattern, key))
          .flatMap((key) =>
            this.faults(wanted[pattern], value[key], pointerTo(pointer, key), depth),
          ),
      ),
    additionalProperties: (wanted, value, pointer, depth, schema) =>
      membersOf(value)
        .filter((key) => !isNamed(schema, key))
        .flatMap((key) =>
          wanted === false
            ? [fault(pointerTo(pointer, key), "additionalProperties", key)]
            : this.faults(wanted, value[key], pointerTo(pointer, key), depth),
        ),
    propertyNames: (wanted, value, pointer, depth) =>
      membersOf(value)
        .filter((key) => !this.#holds(wanted, key, depth))
        .map((key) => fault(pointerTo(pointer, key), "propertyNames", key)),
    prefixItems: (wanted, value, pointer, depth) =>
      itemsOf(value)
        .slice(0, wanted.length)
        .flatMap((item, at) => this.faults(wanted[at], item, pointerTo(pointer, at), depth)),
    items: (wanted, value, pointer, depth, schema) => {
      const before = schema.prefixItems?.length ?? 0;
      return itemsOf(value).flatMap((item, at) =>
        at < before ? [] : this.faults(wanted, item, pointerTo(pointer, at), depth),
      );
    },
    contains: (wanted, value, pointer, depth, schema) => {
      if (!Array.isArray(value) || schema.minContains === 0) return [];
      const holds = value.some((item) => this.#holds(wanted, item, depth));
      return holds ? [] : [fault(pointer, "contains", "")];
    },
  };
}

/** @param {string} pointer @param {string} rule @param {string | number | boolean} wanted */
function fault(pointer, rule, wanted) {
  return { pointer, rule, wanted };
}

/** @param {string[]} wanted @param {any} value @param {string} pointer @returns {Fault[]} */
function missing(wanted, value, pointer) {
  if (typeOf(value) !== "object") return [];
  return wanted
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => fault(pointer, "required", key));
}

/** @param {any} schema @param {string} key @returns {boolean} */
function isNamed(schema, key) {
  const patterns = Object.keys(schema.patternProperties ?? {});
  return Object.hasOwn(schema.properties ?? {}, key) || patterns.some((each) => matches(each, key));
}

/** @param {any} value @returns {string[]} */
function membersOf(value) {
  return typeOf(value) === "object" ? Object.keys(value) : [];
}

/** @param {any} value @returns {any[]} */
function itemsOf(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * @param {string} pointer
 * @param {string | number} step
 * @returns {string} a JSON pointer (RFC 6901)
 */
function pointerTo(pointer, step) {
  return `${pointer}/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** @param {string} step @returns {string} */
function unescaped(step) {
  return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
}
