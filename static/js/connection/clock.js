/**
 * The clock of the connection. Tests replace it, so that they need not wait.
 *
 * @typedef {object} Clock
 * @property {() => number} now milliseconds
 * @property {(callback: () => void, milliseconds: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => number} random at least 0 and less than 1
 */

/** @type {Clock} */
export const wallClock = {
  now: () => performance.now(),
  setTimeout: (callback, milliseconds) => setTimeout(callback, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer),
  random: () => Math.random(),
};
