/** Numbers of JSON keep the digits of their source, wherever they are shown, copied or saved. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { compact, pretty } from "#js/json/pretty.js";
import { jsonIn } from "#js/json/reader.js";
import { csvOf, tableOf } from "#js/json/table.js";
import { faultsOf } from "#js/json/validator.js";

const NUMBERS = [
  "2512292042121000001",
  "-2512292042121000001",
  "123456789012345678901234567890",
  "0",
  "-0",
  "1.0",
  "1.50",
  "0.1000000000000000055511151231257827",
  "1e400",
  "-1E+400",
  "1e-400",
  "6.02214076e23",
];

const nodeIn = (text) => jsonIn(text)?.node ?? null;

test("a number is copied and saved as it was written, at any depth and alone", () => {
  for (const number of NUMBERS) {
    for (const text of [number, `[${number}]`, `{"a":{"b":[[${number}],${number}]}}`]) {
      assert.equal(compact(nodeIn(text)), text);
      assert.equal(pretty(nodeIn(text)).replaceAll(/\s/g, ""), text);
    }
  }
});

test("a number is in the table and in its CSV as it was written, also inside of a cell", () => {
  for (const number of NUMBERS) {
    const table = tableOf(nodeIn(`{"rows":[{"id":${number},"all":{"of":[${number}]}}]}`));
    assert.deepEqual(table.rows, [[number, `{"of":[${number}]}`]]);
    assert.equal(
      csvOf(table),
      `id,all\r\n${number},"${table.rows[0][1].replaceAll('"', '""')}"\r\n`,
    );
  }
});

test("names that look like numbers stay as they are, in their order", () => {
  const text = '[{"2512292042121000001":1,"b":2,"1":3,"__proto__":4}]';
  assert.deepEqual(tableOf(nodeIn(text)).columns, ["2512292042121000001", "b", "1", "__proto__"]);
  assert.equal(compact(nodeIn(text)), text);
});

test("of two members of one name the table has the last, and the copy both", () => {
  assert.deepEqual(tableOf(nodeIn('[{"a":1,"a":2}]')).rows, [["2"]]);
  assert.equal(compact(nodeIn('[{"a":1,"a":2}]')), '[{"a":1,"a":2}]');
});

test("JSON that is nested too deep for the tree is copied as it came", () => {
  const text = `${"[".repeat(80)}2512292042121000001${"]".repeat(80)}`;
  assert.deepEqual([jsonIn(text).node, jsonIn(text).source], [null, text]);
});

test("strings are no numbers, and keep braces and line breaks", () => {
  for (const value of ["2512292042121000001", "a {b} [1]", "one\ntwo", '"', "\u0001", "😀"]) {
    assert.equal(compact(nodeIn(JSON.stringify(value))), JSON.stringify(value));
  }
});

test("numbers that JavaScript would round are told apart by the check", () => {
  const faults = (schema, text) => faultsOf(schema, jsonIn(text).value).map((each) => each.rule);
  const unique = { uniqueItems: true };
  assert.deepEqual(faults(unique, "[2512292042121000001, 2512292042121000002]"), []);
  assert.deepEqual(faults(unique, "[2512292042121000001, 2512292042121000001]"), ["uniqueItems"]);
  for (const whole of ["[2512292042121000001]", "[1e400]", "[1.0]", "[-0]"]) {
    assert.deepEqual(faults({ items: { type: "integer" } }, whole), [], whole);
    assert.deepEqual(faults({ items: { type: "number" } }, whole), [], whole);
  }
  assert.deepEqual(faults({ items: { type: "integer" } }, "[1.5]"), ["type"]);
  assert.deepEqual(faults({ items: { multipleOf: 2 } }, "[2512292042121000001]"), ["multipleOf"]);
  assert.deepEqual(faults({ items: { multipleOf: 0.5 } }, "[2512292042121000001]"), []);
  assert.deepEqual(faults({ items: { maximum: 10 } }, "[2512292042121000001]"), ["maximum"]);
});
