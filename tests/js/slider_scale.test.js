/** Sliders: where values lie, and what the places stand for. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { restingAt, scaleOf } from "#js/settings/slider_scale.js";

const TEMPERATURE = { low: 0, high: 2, usual: 1 };
const LENGTH = { low: 1, high: 16384, whole: true };

test("a small range is even, in steps that people count in", () => {
  const steps = [
    [TEMPERATURE, 0.1],
    [{ low: 0, high: 1 }, 0.05],
    [{ low: 0.2, high: 1 }, 0.05],
    [{ low: -2, high: 2 }, 0.2],
    [{ low: 0, high: 1.5 }, 0.1],
    [{ low: 1, high: 20, whole: true }, 1],
  ];
  for (const [allowed, step] of steps) assert.equal(scaleOf(allowed).step, step);
  assert.equal(scaleOf(TEMPERATURE).valueAt(0.1 + 0.2), 0.3);
});

test("a wide range of whole numbers doubles from place to place and ends at its end", () => {
  const scale = scaleOf(LENGTH);
  const places = Array.from({ length: scale.max + 1 }, (_place, at) => scale.valueAt(at));
  assert.deepEqual(places, [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384]);
  const uneven = scaleOf({ low: 100, high: 20000, whole: true });
  assert.deepEqual([uneven.valueAt(0), uneven.valueAt(uneven.max)], [128, 20000]);
});

test("a value between two places lies at the nearer one, and one outside at the end", () => {
  const scale = scaleOf(LENGTH);
  assert.deepEqual([1, 500, 700, 99999].map(scale.positionOf), [0, 5, 5, 10]);
  assert.deepEqual([-1, 0.25, 3].map(scaleOf(TEMPERATURE).positionOf), [0, 0.25, 2]);
});

test("without a value it rests at the default, at what is usual, or at the end", () => {
  assert.equal(restingAt({ ...TEMPERATURE, default: 0 }, scaleOf(TEMPERATURE)), 0);
  assert.equal(restingAt(TEMPERATURE, scaleOf(TEMPERATURE)), 1);
  assert.equal(restingAt({ ...LENGTH, usual: null }, scaleOf(LENGTH)), 16384);
});
