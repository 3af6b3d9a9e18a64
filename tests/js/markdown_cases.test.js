/**
 * The cases of tests/markdown: sources in our dialect, each with its right value. Counts are of
 * elements, `has` and `lacks` are about the text, `links` are all addresses in their order.
 */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { htmlOf, textOf } from "./markdown/html.js";

const FOLDER = new URL("../markdown/", import.meta.url);
const files = readdirSync(FOLDER).filter((name) => name.endsWith(".json"));

/** @param {any} wanted @param {string} html */
function found(wanted, html) {
  const text = textOf(html);
  const read = Object.keys(wanted).map((key) => {
    if (key === "links")
      return [key, [...html.matchAll(/ href="([^"]*)"/g)].map(([, each]) => textOf(each))];
    if (key === "has") return [key, wanted.has.filter((each) => text.includes(each))];
    if (key === "lacks") return [key, wanted.lacks.filter((each) => !text.includes(each))];
    return [key, html.split(`<${key}>`).length + html.split(`<${key} `).length - 2];
  });
  return Object.fromEntries(read);
}

for (const name of files) {
  test(`the cases of ${name} are read right`, () => {
    const cases = JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
    const wrong = cases
      .map(({ source, ...wanted }) => ({ source, wanted, html: htmlOf(source) }))
      .map((each) => ({ ...each, found: found(each.wanted, each.html) }))
      .filter((each) => JSON.stringify(each.found) !== JSON.stringify(each.wanted));
    assert.deepEqual(wrong, []);
  });
}
