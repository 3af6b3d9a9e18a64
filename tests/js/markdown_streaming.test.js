/** While a message is written, nothing is shown as what it will not be. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { found, openTrees } from "./markdown/counts.js";

const FOLDER = new URL("../markdown/", import.meta.url);
const MARKS = ["math", "strong", "em", "del"];
const cases = readdirSync(FOLDER)
  .filter((name) => name.endsWith(".json"))
  .flatMap((name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8")));

/** The counts of a text at each of its lengths. */
function* written(source, wanted) {
  for (let end = 1; end <= source.length; end += 1)
    yield [source.slice(0, end), found(wanted, openTrees(source.slice(0, end)))];
}

test("no more formulas and marks are shown for a moment than in the end", () => {
  for (const { source, ...all } of cases) {
    const keys = MARKS.filter((key) => key in all);
    const most = Object.fromEntries(keys.map((key) => [key, all[key]]));
    for (const [text, counts] of written(source, most))
      for (const key of keys) assert.ok(counts[key] <= most[key], `${key} in ${text}`);
  }
});

test("a price or a variable of a shell holds nothing back", () => {
  for (const source of ["costs $5 and **more** now", "set $HOME to **this** now"])
    assert.deepEqual(found({ strong: 1 }, openTrees(source)), { strong: 1 }, source);
});

test("a formula, display math and code that are not closed are shown as source", () => {
  const sources = ["a \\(x_1 * y * z", "a $x_1 * y * z", "$$\nx_1 * y\n= z", "a `b *c* d"];
  for (const source of sources)
    assert.deepEqual(
      found({ math: 0, em: 0, code: 0, text: "" }, openTrees(source)),
      { math: 0, em: 0, code: 0, text: source },
      source,
    );
});
