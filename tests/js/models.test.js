/** The list of models: groups, search, and what is said about each. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { shortLength } from "#js/settings/model_facts.js";
import { grouped, matching } from "#js/settings/model_groups.js";
import { modelOfNew, recentModels, rememberModel } from "#js/state/recent_models.js";
import { FakeStorage } from "./fakes.js";

const TITLES = { recent: "recent", others: "others" };

/** @param {number} length @param {string[]} providers */
function models(length, providers = ["one"]) {
  return Array.from({ length }, (_none, index) => ({
    name: `model-${index}`,
    notes: "",
    provider: providers[index % providers.length],
  }));
}

/** @param {import("#js/settings/model_groups.js").Group[]} groups */
function named(groups) {
  return groups.map(({ title, models }) => [title, models.map((each) => each.name).join(" ")]);
}

test("a few models of one provider are a plain list in the order of the site", () => {
  const groups = grouped(models(3), ["model-2"], TITLES);
  assert.deepEqual(named(groups), [["", "model-0 model-1 model-2"]]);
  assert.deepEqual(grouped([], [], TITLES), []);
});

test("models of several providers stand below their names, in the order of the first of each", () => {
  const groups = grouped(models(4, ["two", "one"]), [], TITLES);
  assert.deepEqual(named(groups), [
    ["two", "model-0 model-2"],
    ["one", "model-1 model-3"],
  ]);
});

test("of many models those that were chosen last come first, and once", () => {
  const groups = grouped(models(10), ["model-7", "gone", "model-2"], TITLES);
  assert.deepEqual(named(groups), [
    ["recent", "model-7 model-2"],
    ["others", "model-0 model-1 model-3 model-4 model-5 model-6 model-8 model-9"],
  ]);
});

test("a search finds all its words in name, provider and notes, in any order and case", () => {
  const all = [
    { name: "Qwen/Qwen2.5-72B-Instruct", notes: "", provider: "SiliconFlow" },
    { name: "qwen/small", notes: "Schön kurz.", provider: "Lab" },
  ];
  const found = (/** @type {string} */ search) => matching(all, search).map((each) => each.name);
  assert.deepEqual(found("72b  QWEN"), [all[0].name]);
  assert.deepEqual(found("silicon"), [all[0].name]);
  assert.deepEqual(found("schon lab"), [all[1].name]);
  assert.deepEqual(found(" "), [all[0].name, all[1].name]);
  assert.deepEqual(found("(72b"), []);
});

test("a context length is written as makers of models write it", () => {
  const lengths = [
    [512, "512"],
    [4096, "4k"],
    [32768, "32k"],
    [131072, "128k"],
    [1048576, "1M"],
    [8000, "8k"],
    [200000, "200k"],
    [1000000, "1M"],
    [12500, "12.5k"],
  ];
  for (const [tokens, text] of lengths) assert.equal(shortLength(Number(tokens)), text);
});

test("a new conversation has the model that was chosen last, and no paused one", () => {
  const storage = new FakeStorage();
  const all = models(4);
  assert.equal(modelOfNew(all, storage), "model-0");
  for (const name of ["model-3", "model-1", "model-3", "model-2", "model-0"])
    rememberModel(name, storage);
  assert.deepEqual(recentModels(storage), ["model-0", "model-2", "model-3"]);
  const paused = all.map((each) => ({ ...each, paused: each.name !== "model-1" }));
  assert.equal(modelOfNew(paused, storage), "model-1");
  assert.equal(
    modelOfNew(
      all.map((each) => ({ ...each, paused: true })),
      storage,
    ),
    "model-0",
  );
  storage.setItem("recent-models", "{not JSON");
  assert.deepEqual(recentModels(storage), []);
});
