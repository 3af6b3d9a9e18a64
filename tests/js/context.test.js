import assert from "node:assert/strict";
import { test } from "node:test";

import { fullness, leftOut } from "#js/composer/context.js";

// The same cases as in tests/generation/test_context.py: the page must count as the site does.
const WORDS = "word ".repeat(80);
const MODEL = { name: "m", context_length: 1_000 };

function talk(turns, fields = {}) {
  const messages = Array.from({ length: turns * 2 }, (_, place) => ({
    role: place % 2 ? "assistant" : "user",
    content: WORDS,
  }));
  return { messages, draft: "And?", model: MODEL, maxTokens: 100, systemMessage: "", ...fields };
}

test("a branch that fits loses nothing", () => {
  assert.equal(leftOut(talk(2)), 0);
});

test("the oldest are left out, as many as the site leaves out", () => {
  assert.equal(leftOut(talk(6, { systemMessage: "You like tea." })), 4);
});

test("the last message is always sent", () => {
  assert.equal(leftOut(talk(0, { draft: WORDS.repeat(20) })), 0);
});

test("without a known length no message is left out", () => {
  const unknown = { name: "m", context_length: null };
  assert.equal(leftOut(talk(50, { model: unknown })), 0);
  assert.equal(fullness(talk(1, { model: unknown })), null);
});

test("the gauge follows what the provider counted, and an estimate without it", () => {
  const told = talk(1, { draft: "" });
  assert.equal(fullness(told), 208 / 1_000);
  told.messages[1].model = "m";
  told.messages[1].generation = { usage: { total_tokens: 500 } };
  assert.equal(fullness(told), 0.5);
  assert.equal(fullness({ ...told, model: { ...MODEL, name: "other" } }), 208 / 1_000);
});
