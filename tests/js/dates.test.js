/** The names of times. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { exactName, momentName, timeName } from "#js/ui/dates.js";

const AFTERNOON = new Date(2026, 10, 30, 14, 2, 3);

for (const language of ["en", "en-au", "de", "zh-hans", "hi"]) {
  test(`every name of a time counts hours to 24 in ${language}`, () => {
    const names = [
      exactName(AFTERNOON, { dateStyle: "full", timeStyle: "short" }, language),
      exactName(AFTERNOON, { dateStyle: "medium", timeStyle: "medium" }, language),
      momentName(AFTERNOON, AFTERNOON, language),
      timeName(AFTERNOON, AFTERNOON, language),
    ];
    for (const name of names) assert.match(name, /14:02/);
  });
}

test("a day is named without hours", () => {
  assert.equal(exactName(AFTERNOON, { dateStyle: "medium" }, "en"), "Nov 30, 2026");
});
