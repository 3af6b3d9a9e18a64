/**
 * The places on a slider and the numbers that they stand for. A small range is even. A wide one of
 * whole numbers, such as of lengths, doubles from place to place: else all short ones would lie
 * within the first millimetre.
 *
 * @typedef {import("#js/state/records.js").Allowed} Allowed
 * @typedef {{min: number, max: number, step: number, positionOf: (value: number) => number,
 *   valueAt: (position: number) => number}} Scale
 */

const WIDE = 100;
const SHORTEST = 16;
const EVEN_STEPS = 20;
const DIGITS = 6;

/** @param {Allowed} allowed @returns {Scale} */
export function scaleOf({ low = 0, high = 1, whole = false }) {
  return whole && high > WIDE * Math.max(low, 1) ? doubling(low, high) : even(low, high, whole);
}

/**
 * @param {Allowed} allowed
 * @param {Scale} scale
 * @returns {number} the value that a slider shows while none is set: the default, or what is usual;
 *   without either, the longest
 */
export function restingAt({ default: set, usual }, scale) {
  return set ?? usual ?? scale.valueAt(scale.max);
}

/** @param {number} low @param {number} high @returns {Scale} */
function doubling(low, high) {
  /** @type {number[]} */
  const stops = [];
  for (let stop = SHORTEST; stop < high; stop *= 2) if (stop >= low) stops.push(stop);
  stops.push(high);
  const positionOf = (/** @type {number} */ value) => nearest(stops, value);
  return { min: 0, max: stops.length - 1, step: 1, positionOf, valueAt: (at) => stops[at] };
}

/** @param {number[]} stops @param {number} value @returns {number} the index of the nearest one */
function nearest(stops, value) {
  const distances = stops.map((stop) => Math.abs(Math.log(Math.max(value, 1) / stop)));
  return distances.indexOf(Math.min(...distances));
}

/** @param {number} low @param {number} high @param {boolean} whole @returns {Scale} */
function even(low, high, whole) {
  const step = Math.max(roundStep((high - low) / EVEN_STEPS), whole ? 1 : 0);
  const held = (/** @type {number} */ value) => Math.min(Math.max(value, low), high);
  return { min: low, max: high, step, positionOf: held, valueAt: withoutTail };
}

/** @param {number} exact @returns {number} the next of 1, 2, 5, 10, 20 …, of any power of ten */
function roundStep(exact) {
  const power = 10 ** Math.floor(Math.log10(exact));
  const factor = [1, 2, 5, 10].find((each) => each * power >= exact * (1 - Number.EPSILON)) ?? 10;
  return withoutTail(factor * power);
}

/** @param {number} value @returns {number} without the last digits of binary fractions */
function withoutTail(value) {
  return Number(value.toFixed(DIGITS));
}
