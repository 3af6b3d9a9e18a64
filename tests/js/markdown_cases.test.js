/**
 * The cases of tests/markdown: sources in our dialect, each with its right value. Counts are of
 * elements, `has`, `lacks` and `text` are about the text, `links` are all addresses in their order,
 * `rtl` and `ltr` the elements that have this direction of their own.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { found, trees } from "./markdown/counts.js";

const FOLDER = new URL("../markdown/", import.meta.url);

for (const name of readdirSync(FOLDER).filter((each) => each.endsWith(".json"))) {
  test(`the cases of ${name} are read right`, () => {
    const cases = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
    for (const { source, ...wanted } of cases)
      assert.deepEqual(found(wanted, trees(source)), wanted, source);
  });
}
