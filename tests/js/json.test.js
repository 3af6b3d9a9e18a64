import assert from "node:assert/strict";
import { test } from "node:test";

import { JsonReader, jsonIn } from "#js/json/reader.js";
import { parsed } from "#js/json/syntax.js";
import { csvOf, tableOf } from "#js/json/table.js";
import { faultsOf } from "#js/json/validator.js";
import { faultsOfSchema } from "#js/json/written_schema.js";

function plain(node) {
  if (node.type === "array") return node.entries.map((each) => plain(each.node));
  if (node.type === "string") return node.text;
  if (node.type === "literal") return JSON.parse(node.text);
  return Object.fromEntries(node.entries.map(({ key, node: inner }) => [key, plain(inner)]));
}

function readInPieces(text, size) {
  const reader = new JsonReader();
  for (let end = size; end < text.length + size; end += size) reader.update(text.slice(0, end));
  return reader;
}

const DOCUMENTS = [
  {},
  [],
  { a: 1, b: [true, false, null, -1.5e3], c: { d: 'é\n"\\/\u0001😀' } },
  [[[]], [{}], "", " "],
  { "": "empty key", __proto__: null, "a:b": "}]," },
  Array.from({ length: 50 }, (_, id) => ({ id, name: `n${id}` })),
];

test("a document is read to the same value however it is cut", () => {
  for (const document of DOCUMENTS) {
    for (const text of [JSON.stringify(document), JSON.stringify(document, null, 2)]) {
      for (const size of [1, 2, 3, 7, text.length]) {
        const reader = readInPieces(text, size);
        assert.deepEqual(plain(reader.root), JSON.parse(text));
        assert.equal(reader.isComplete, true);
        assert.equal(reader.source(text), text);
      }
    }
  }
});

test("an incomplete document is read as far as it goes", () => {
  const reader = new JsonReader();
  reader.update('{"name": "Ad');
  assert.deepEqual(
    reader.root.entries.map(({ key, node }) => [key, node.text, node.open]),
    [["name", "Ad", true]],
  );
  reader.update('{"name": "Ada", "born": 18');
  assert.deepEqual(
    reader.root.entries.map(({ key, node }) => [key, node.text, node.open]),
    [
      ["name", "Ada", false],
      ["born", "18", true],
    ],
  );
});

test("text around a document is separated from it and from its fences", () => {
  const around = (text) => {
    const reader = readInPieces(text, 3);
    return reader.around(text);
  };
  const fenced = 'Here you are:\n```json\n{"a": 1}\n```\nAnything else?';
  assert.deepEqual(around(fenced), { before: "Here you are:", after: "Anything else?" });
  assert.deepEqual(around('{"a": 1}'), { before: "", after: "" });
  assert.deepEqual(around('Well: {"a": "``` no'), { before: "Well:", after: "" });
});

test("fences, text around it and trailing commas are accepted while it streams", () => {
  const text = 'Here you are:\n```json\n{"a": [1, 2,], }\n```\nAnything else?';
  const reader = readInPieces(text, 4);
  assert.deepEqual(plain(reader.root), { a: [1, 2] });
  assert.equal(reader.source(text), '{"a": [1, 2,], }');
  assert.equal(jsonIn(text), null);
});

test("the JSON of a finished answer is found without the text around it", () => {
  assert.deepEqual(jsonIn('```json\n{"a": 1}\n```')?.value, { a: 1 });
  assert.deepEqual(jsonIn(' "only text" ')?.value, "only text");
  assert.equal(jsonIn('{"a": '), null);
});

test("a document that is nested too deep is given up", () => {
  const reader = new JsonReader();
  reader.update("[".repeat(100_000));
  assert.equal(reader.isTooDeep, true);
});

test("random characters never throw", () => {
  const alphabet = '{}[]",:\\u0123tfn- \n';
  let seed = 7;
  for (let round = 0; round < 2_000; round += 1) {
    let text = "";
    for (let index = 0; index < 40; index += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      text += alphabet[seed % alphabet.length];
    }
    readInPieces(text, 3).finish();
  }
});

test("the place of a fault in JSON is its line and column", () => {
  const cases = [
    ['{"a": 1,}', 1, 9],
    ['{\n  "a" 1\n}', 2, 7],
    ["[1, 2", 1, 6],
    ["{'a': 1}", 1, 2],
    ['{"a": tru}', 1, 7],
    ["", 1, 1],
    ['{"a": 1} x', 1, 10],
    ['["a\nb"]', 1, 2],
  ];
  for (const [text, line, column] of cases) {
    assert.deepEqual(parsed(text), { value: null, fault: { line, column } }, text);
  }
  assert.deepEqual(parsed('{"a": [1, "x\\u00e9"]}').value, { a: [1, "xé"] });
});

const PERSON = {
  type: "object",
  properties: {
    name: { type: "string", minLength: 1 },
    age: { type: "integer", minimum: 0, maximum: 150 },
    tags: { type: "array", items: { $ref: "#/$defs/tag" }, uniqueItems: true },
  },
  required: ["name"],
  additionalProperties: false,
  $defs: { tag: { enum: ["a", "b"] } },
};

test("faults are reported with their place", () => {
  assert.deepEqual(faultsOf(PERSON, { name: "Ada", age: 36, tags: ["a", "b"] }), []);
  assert.deepEqual(
    faultsOf(PERSON, { age: -1, tags: ["a", "c", "a"], "x/y": 1 }),
    [
      { pointer: "/age", rule: "minimum", wanted: 0 },
      { pointer: "/tags", rule: "uniqueItems", wanted: true },
      { pointer: "/tags/1", rule: "enum", wanted: '"a", "b"' },
      { pointer: "", rule: "required", wanted: "name" },
      { pointer: "/x~1y", rule: "additionalProperties", wanted: "x/y" },
    ].sort((one, other) => order(one) - order(other)),
  );
});

const ORDER = ["minimum", "enum", "uniqueItems", "required", "additionalProperties"];
const order = ({ rule }) => ORDER.indexOf(rule);

test("each keyword refuses what it should and nothing else", () => {
  const cases = [
    [{ type: ["string", "null"] }, [null, "a"], [1]],
    [{ type: "number" }, [1, 1.5], ["1", null]],
    [{ type: "integer" }, [1, 1.0], [1.5]],
    [{ const: { a: [1] } }, [{ a: [1] }], [{ a: 1 }]],
    [{ exclusiveMinimum: 0 }, [0.1, "a"], [0]],
    [{ exclusiveMaximum: 0 }, [-1], [0]],
    [{ multipleOf: 0.1 }, [0.3, 1], [0.35]],
    [{ maxLength: 2 }, ["😀😀", 5], ["abc"]],
    [{ pattern: "^a" }, ["ab", 1], ["ba"]],
    [{ minItems: 1, maxItems: 2 }, [[1], {}], [[], [1, 2, 3]]],
    [{ minProperties: 1, maxProperties: 1 }, [{ a: 1 }, []], [{}, { a: 1, b: 2 }]],
    [{ anyOf: [{ type: "string" }, { type: "null" }] }, ["a", null], [1]],
    [{ oneOf: [{ minimum: 1 }, { maximum: 5 }] }, [0, 6], [3]],
    [{ allOf: [{ minimum: 1 }, { maximum: 5 }] }, [3], [0, 6]],
    [{ not: { type: "string" } }, [1], ["a"]],
    [{ if: { minimum: 1 }, then: { multipleOf: 2 }, else: { const: 0 } }, [2, 0], [3, -1]],
    [{ prefixItems: [{ type: "string" }], items: false }, [["a"], []], [[1], ["a", 2]]],
    [{ contains: { const: 1 } }, [[0, 1], "a"], [[], [0]]],
    [{ patternProperties: { "^x": { type: "number" } } }, [{ x1: 1, y: "a" }], [{ x1: "a" }]],
    [{ propertyNames: { maxLength: 1 } }, [{ a: 1 }], [{ ab: 1 }]],
    [{ dependentRequired: { a: ["b"] } }, [{ b: 1 }, { a: 1, b: 1 }], [{ a: 1 }]],
    [{ $ref: "#/$defs/n", $defs: { n: { type: "null" } } }, [null], [1]],
    [true, [1, null], []],
    [false, [], [1, null]],
    [{ $ref: "#" }, [1], []],
    [{ properties: { toString: { type: "string" } } }, [{}], [{ toString: 1 }]],
  ];
  for (const [schema, right, wrong] of cases) {
    for (const value of right) {
      assert.deepEqual(faultsOf(schema, value), [], JSON.stringify([schema, value]));
    }
    for (const value of wrong) {
      assert.notDeepEqual(faultsOf(schema, value), [], JSON.stringify([schema, value]));
    }
  }
});

test("a schema that is wrong is reported with its place while it is typed", () => {
  assert.deepEqual(faultsOfSchema(PERSON), []);
  const cases = [
    [[], ""],
    [{ type: "strong" }, "/type"],
    [{ properties: { a: { type: "int" } } }, "/properties/a/type"],
    [{ required: "name" }, "/required"],
    [{ items: { anyOf: [] } }, "/items/anyOf"],
    [{ minLength: -1 }, "/minLength"],
  ];
  for (const [schema, pointer] of cases) {
    assert.deepEqual(
      faultsOfSchema(schema).map((each) => each.pointer),
      [pointer],
    );
  }
});

const nodeOf = (value) => jsonIn(JSON.stringify(value)).node;

test("a list of objects is a table, also inside an object of its own", () => {
  const table = tableOf(
    nodeOf({
      people: [
        { name: "Ada", age: 36 },
        { name: "Bo", tags: ["x"] },
      ],
    }),
  );
  assert.deepEqual(table, {
    columns: ["name", "age", "tags"],
    rows: [
      ["Ada", "36", ""],
      ["Bo", "", '["x"]'],
    ],
  });
  for (const other of [[], [1], {}, "a", null, { a: 1 }, { a: [{}], b: [{}] }]) {
    assert.equal(tableOf(nodeOf(other)), null);
  }
});

test("no cell of a CSV is a formula", () => {
  const csv = csvOf({
    columns: ["a", "b"],
    rows: [
      ["=1+1", "-5"],
      ['say "x"', "@cmd,\n"],
    ],
  });
  assert.equal(csv, 'a,b\r\n\'=1+1,-5\r\n"say ""x""","\'@cmd,\n"\r\n');
});
