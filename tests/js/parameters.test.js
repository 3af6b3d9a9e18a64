/** Parameters: numbers as people write them, and choices that name a function. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { read } from "#js/settings/parameters.js";
import { choiceOf, optionOf, withoutOrphan } from "#js/settings/tool_choice.js";

const MODEL = {
  name: "m",
  notes: "",
  parameters: {
    max_tokens: { whole: true, low: 1, high: 1 << 20 },
    frequency_penalty: { low: -2, high: 2 },
  },
};

/** @param {string} name @param {string} text @returns {number | undefined} */
function readAs(name, text) {
  return read(name, text, MODEL).value;
}

test("a whole number may have separators of thousands, which divide nothing", () => {
  const spellings = ["2000", "2,000", "2.000", "2 000", "2’000", "２０００", "2e3", "2000.0"];
  for (const text of spellings) assert.equal(readAs("max_tokens", text), 2000, text);
  assert.equal(readAs("max_tokens", "1,048,576"), 1048576);
});

test("a fraction may have a comma, full-width digits and the minus of typography", () => {
  const spellings = ["-0.5", "-0,5", "−0.5", "-.5", " -0.50 ", "－０．５", "-5e-1"];
  for (const text of spellings) assert.equal(readAs("frequency_penalty", text), -0.5, text);
});

const named = /** @type {any} */ ({ type: "function", function: { name: "f" } });
const tools = [{ type: "function", function: { name: "f" } }];

test("a choice that names none of the functions is dropped", () => {
  const kept = [
    { tools, tool_choice: named },
    { tools, tool_choice: "none" },
    { tools, tool_choice: "required" },
    { temperature: 1 },
  ];
  for (const parameters of kept) assert.deepEqual(withoutOrphan(parameters), parameters);
  const other = { type: "function", function: { name: "g" } };
  assert.deepEqual(withoutOrphan({ tools, tool_choice: other }), { tools });
  for (const tool_choice of [named, "required", "none", "auto"])
    assert.deepEqual(withoutOrphan({ tool_choice, temperature: 1 }), { temperature: 1 });
});

test("a choice comes back from its option", () => {
  for (const choice of ["auto", "none", "required", named])
    assert.deepEqual(choiceOf(optionOf(choice)), choice);
});
