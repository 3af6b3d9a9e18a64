/**
 * Two tabs that were told of the same conversation, against a page that is loaded in the end.
 *
 * Standard input has a line of JSON with the state that both tabs start from, then a line for each
 * sequence of actions: {done, tabs: [[frame, …], …], afresh}. Prints how many sequences there were;
 * the first of them after which a tab shows something else ends it with exit code 1.
 */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { State } from "#js/state/state.js";

const DEEDS = {
  "conversation.changed": (state, frame) => state.merge(frame),
  "generation.events": (state, frame) => state.receive(frame),
};

/** What a page draws, and how far it has read what is being written. */
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
