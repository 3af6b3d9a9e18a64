/**
 * Compares two tabs that received frames about one conversation with a page loaded afterwards.
 *
 * Standard input has a line of JSON with the initial state of both tabs, then a line for each
 * sequence of actions: {done, tabs: [[frame, …], …], afresh}. Prints the number of sequences, or
 * exits with code 1 at the first one after which a tab differs.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { State } from "#js/state/state.js";

const DEEDS = {
  "conversation.changed": (state, frame) => state.merge(frame),
  "generation.events": (state, frame) => state.receive(frame),
};

/** What a page draws, and its position in the events of running generations. */
function shown({ conversation, conversations, messages, branch, alternatives, settings, running }) {
  const cursors = Object.fromEntries(running);
  return { conversation, conversations, messages, branch, alternatives, settings, cursors };
}

const [loaded, ...plays] = readFileSync(0, "utf8")
  .split("\n")
  .map((line) => JSON.parse(line));
for (const { done, tabs, afresh } of plays) {
  const fresh = shown(new State({ ...loaded, ...afresh }));
  for (const [place, frames] of tabs.entries()) {
    const tab = new State(structuredClone(loaded));
    for (const frame of frames) DEEDS[frame.type](tab, frame);
    assert.deepEqual(shown(tab), fresh, `sequence ${done}, tab ${place + 1}`);
  }
}
console.log(`${plays.length} sequences`);
