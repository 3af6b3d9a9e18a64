/** The modules of the pages import downward only, and never in a circle. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../static/js/", import.meta.url);
// From top to bottom: a module imports from its own folder and from those below it.
const FOLDERS = [
  "pages",
  "messages",
  "composer",
  "settings",
  "sidebar",
  "share",
  "state",
  "connection",
  "markdown",
  "copying",
  "json",
  "ui",
];
// It names types of every folder, and nothing in it runs.
const EVENTS = "events.js";
const IMPORT = /(?:from|import)\s*\(?\s*"#js\/([^"]+)"/g;

/** @type {Map<string, string[]>} each module with those it imports, types included */
const imports = new Map(
  readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js") && path !== EVENTS)
    .map((path) => [path, importsOf(path)]),
);

/** @param {string} path @returns {string[]} */
function importsOf(path) {
  const source = sourceOf(path);
  return [...source.matchAll(IMPORT)].map(([, path]) => path).filter((path) => path !== EVENTS);
}

/** @param {string} path @returns {string} */
function sourceOf(path) {
  return readFileSync(new URL(path, ROOT), "utf8");
}

/** @param {string} path @returns {number} the place of its folder in the list */
function placeOf(path) {
  return FOLDERS.indexOf(path.split("/")[0]);
}

test("every module lies in a folder of the list", () => {
  const outside = [...imports.keys()].filter((path) => !path.includes("/") || placeOf(path) < 0);
  assert.deepEqual(outside, []);
});

test("no module imports from a folder above its own", () => {
  const upward = [...imports].flatMap(([path, imported]) =>
    imported.filter((each) => placeOf(each) < placeOf(path)).map((each) => `${path} -> ${each}`),
  );
  assert.deepEqual(upward, []);
});

test("no modules import one another in a circle", () => {
  assert.deepEqual(circles(), []);
});

/** @returns {string[]} each circle as the path that leads back to its first module */
function circles() {
  /** @type {string[]} */
  const found = [];
  const done = new Set();
  /** @param {string} path @param {string[]} trail */
  const visit = (path, trail) => {
    const place = trail.indexOf(path);
    if (place >= 0) found.push([...trail.slice(place), path].join(" -> "));
    if (place >= 0 || done.has(path)) return;
    for (const each of imports.get(path) ?? []) visit(each, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return found;
}

test("the list of events has types only", () => {
  const code = sourceOf(EVENTS).replaceAll(/\/\*[\s\S]*?\*\//g, "");
  assert.equal(code.trim(), "export {};");
});
