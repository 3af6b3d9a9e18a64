/**
 * Checks while a user types that the text is a JSON schema, for the keywords of validator.js. The
 * site checks it again with the whole standard before it saves or sends it.
 */

import { faultsOf } from "#js/json/validator.js";

const SELF = { $ref: "#" };
const SELVES = { type: "array", items: SELF, minItems: 1 };
const MAP = { type: "object", additionalProperties: SELF };
const NAMES = { type: "array", items: { type: "string" }, uniqueItems: true };
const COUNT = { type: "integer", minimum: 0 };
const NUMBER = { type: "number" };
const TEXT = { type: "string" };
const TYPE = { enum: ["array", "boolean", "integer", "null", "number", "object", "string"] };

const TYPES = { items: TYPE, minItems: 1, uniqueItems: true };

/** The part of the JSON Schema 2020-12 meta-schema that is needed here. */
const SCHEMA_OF_SCHEMAS = {
  type: ["object", "boolean"],
  properties: {
    $id: TEXT,
    $schema: TEXT,
    $ref: TEXT,
    $comment: TEXT,
    $defs: MAP,
    title: TEXT,
    description: TEXT,
    format: TEXT,
    type: { if: { type: "array" }, then: TYPES, else: TYPE },
    enum: { type: "array" },
    multipleOf: { type: "number", exclusiveMinimum: 0 },
    minimum: NUMBER,
    maximum: NUMBER,
    exclusiveMinimum: NUMBER,
    exclusiveMaximum: NUMBER,
    minLength: COUNT,
    maxLength: COUNT,
    pattern: TEXT,
    minItems: COUNT,
    maxItems: COUNT,
    uniqueItems: { type: "boolean" },
    minContains: COUNT,
    maxContains: COUNT,
    minProperties: COUNT,
    maxProperties: COUNT,
    required: NAMES,
    dependentRequired: { type: "object", additionalProperties: NAMES },
    properties: MAP,
    patternProperties: MAP,
    additionalProperties: SELF,
    propertyNames: SELF,
    items: SELF,
    prefixItems: SELVES,
    contains: SELF,
    allOf: SELVES,
    anyOf: SELVES,
    oneOf: SELVES,
    not: SELF,
    if: SELF,
    then: SELF,
    else: SELF,
    unevaluatedItems: SELF,
    unevaluatedProperties: SELF,
  },
};

/**
 * @param {any} schema
 * @returns {import("#js/json/validator.js").Fault[]}
 */
export function faultsOfSchema(schema) {
  return faultsOf(SCHEMA_OF_SCHEMAS, schema);
}
