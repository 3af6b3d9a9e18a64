import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { apart, partsOf, withAttached } from "#js/composer/attached_text.js";

const NOTES = { name: "notes.txt", text: "one\ntwo" };

test("an attached text is a fenced block with its name below the message", () => {
  const content = withAttached("Summarize this.", [NOTES]);
  assert.equal(content, 'Summarize this.\n\n```text title="notes.txt"\none\ntwo\n```');
  assert.deepEqual(partsOf(content), ["Summarize this.", NOTES]);
});

for (const text of [
  "```\ncode\n```",
  '````text title="inner"\nx\n````',
  "`````",
  "",
  "\n\nblank lines\n\n",
  "  indented\n\ttabs",
  "windows\r\nlines",
  '```text title="never closed"',
]) {
  test(`a text comes back as it was: ${JSON.stringify(text)}`, () => {
    const attached = [{ name: "a", text }, NOTES];
    assert.deepEqual(apart(withAttached("Hello", attached)), { text: "Hello", attached });
    assert.deepEqual(apart(withAttached("", attached)), { text: "", attached });
  });
}

test("a name is one line without the marks that end it", () => {
  const content = withAttached("", [{ name: ' a "b"\n c ', text: "x" }]);
  assert.deepEqual(apart(content).attached, [{ name: "a b c", text: "x" }]);
});

const VECTORS = JSON.parse(readFileSync(new URL("../attached.json", import.meta.url), "utf8"));

test("a message has the parts that a shared page shows", () => {
  for (const { content, parts } of VECTORS) assert.deepEqual(partsOf(content), parts);
});

test("messages that were joined keep the order of their parts", () => {
  const content = [withAttached("first", [NOTES]), withAttached("second", [])].join("\n\n");
  assert.deepEqual(partsOf(content), ["first", NOTES, "second"]);
});

test("a long message of openings alone is read at once", () => {
  const content = '```text title="a"\n'.repeat(5_000);
  const from = performance.now();
  assert.deepEqual(partsOf(content).length, 1);
  assert.ok(performance.now() - from < 500);
});
