/**
 * Colours code with highlight.js in a worker, so that long code does not block the page and a
 * grammar that never ends can be terminated.
 */

import { colouredPieces } from "#js/markdown/code_lines.js";
import { nodeOf } from "#js/markdown/dom_writer.js";
import { LONGEST_CODE, MORE_GRAMMARS } from "#js/markdown/grammars.js";
import { TimeSlice } from "#js/markdown/scheduling.js";

const TIMEOUT_MS = 5_000;

/** @type {Worker | null} */
let worker = null;
let lastNumber = 0;
/** @type {Map<number, (markup: string | null) => void>} */
const waiting = new Map();

/**
 * Colours code that is on the page, piece by piece. It stays plain if the language is unknown, the
 * code too long or the worker too slow.
 *
 * @param {HTMLElement} shown in pieces of lines
 * @param {string} code
 * @param {string} language
 */
export async function colour(shown, code, language) {
  const markup = code.length > LONGEST_CODE ? null : await markupOf(code, language);
  if (markup === null) return;
  const slice = new TimeSlice();
  let index = 0;
  for (const piece of colouredPieces(markup)) {
    // Both have the same line breaks, so nothing moves.
    shown.children[index]?.replaceWith(nodeOf(piece));
    index += 1;
    if (slice.isOver) await slice.next();
  }
}

/** @param {string} code @param {string} language @returns {Promise<string | null>} */
function markupOf(code, language) {
  const grammar = MORE_GRAMMARS.get(language) ?? null;
  lastNumber += 1;
  const number = lastNumber;
  return new Promise((resolve) => {
    const timer = setTimeout(giveUp, TIMEOUT_MS);
    waiting.set(number, (markup) => {
      clearTimeout(timer);
      resolve(markup);
    });
    const grammarUrl = grammar && import.meta.resolve(`highlight.js/languages/${grammar}`);
    running().postMessage({ number, code, language: grammar ?? language, grammar, grammarUrl });
  });
}

/** @returns {Worker} */
function running() {
  if (worker) return worker;
  worker = new Worker(import.meta.resolve("#js/markdown/highlight_worker.js"), { type: "module" });
  // A worker has no import map, so it gets the address of the library.
  worker.postMessage({ library: import.meta.resolve("highlight.js") });
  worker.onmessage = ({ data }) => settle(data.number, data.markup);
  worker.onerror = giveUp;
  return worker;
}

/** Terminates the worker; code that waits for it stays plain. */
function giveUp() {
  worker?.terminate();
  worker = null;
  for (const number of waiting.keys()) settle(number, null);
}

/** @param {number} number @param {string | null} markup */
function settle(number, markup) {
  waiting.get(number)?.(markup);
  waiting.delete(number);
}
