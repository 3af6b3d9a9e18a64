import assert from "node:assert/strict";
import { test } from "node:test";

import { TypeAhead } from "#js/settings/type_ahead.js";

const NAMES = ["gemma-3", "gpt-4", "llama-3.1", "llama-3.3", "qwen/gpt-oss"];

/** Types letters at an interval and returns the index of the entry found. */
function typed(letters, { pause = 100, from = 0, names = NAMES } = {}) {
  const typeAhead = new TypeAhead();
  let place = from;
  [...letters].forEach((letter, step) => {
    const found = typeAhead.press(letter, step * pause, names, place);
    if (found >= 0) place = found;
  });
  return names[place];
}

test("letters that follow each other are one word", () => {
  assert.equal(typed("gp"), "gpt-4");
  assert.equal(typed("llama-3.3"), "llama-3.3");
  assert.equal(typed("LLAMA-3.1"), "llama-3.1");
});

test("after a pause they begin another", () => {
  assert.equal(typed("gl", { pause: 600 }), "llama-3.1");
  assert.equal(typed("gg", { pause: 600 }), "qwen/gpt-oss");
});

test("any word of a name can be meant", () => {
  assert.equal(typed("oss"), "qwen/gpt-oss");
  assert.equal(typed("gpt-o"), "qwen/gpt-oss");
  assert.equal(typed("pt"), "gemma-3");
});

test("one letter leads on from where the focus is, and round", () => {
  assert.equal(typed("l", { from: 2 }), "llama-3.3");
  assert.equal(typed("l", { from: 3 }), "llama-3.1");
  assert.equal(typed("gg"), "qwen/gpt-oss");
  assert.equal(typed("ggg"), "gemma-3");
});

test("without a match the focus stays", () => {
  assert.equal(typed("x"), "gemma-3");
  assert.equal(new TypeAhead().press("a", 0, [], -1), -1);
});
