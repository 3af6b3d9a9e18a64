/**
 * Colours code with highlight.js in a worker, so that long code does not block the page and a
 * grammar that never ends can be terminated.
 */

import { CodeLines } from "#js/markdown/code_lines.js";
import { TimeSlice } from "#js/markdown/scheduling.js";

const LONGEST_CODE = 100_000;
const TIMEOUT_MS = 5_000;
// Grammars that are not part of the library's common set, by the names that are used for them.
const MORE_GRAMMARS = new Map([
  ["dart", "dart"],
  ["docker", "dockerfile"],
  ["dockerfile", "dockerfile"],
  ["elixir", "elixir"],
  ["haskell", "haskell"],
  ["hs", "haskell"],
  ["julia", "julia"],
  ["latex", "latex"],
  ["nginx", "nginx"],
  ["powershell", "powershell"],
  ["proto", "protobuf"],
  ["protobuf", "protobuf"],
  ["ps1", "powershell"],
  ["scala", "scala"],
  ["tex", "latex"],
]);
const MARKUP = /<span class="([^"]*)">|<\/span>|([^<]+)/g;
const ESCAPED = new Map([
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
  ["&quot;", '"'],
  ["&#x27;", "'"],
]);

/** @type {Worker | null} */
let worker = null;
let lastNumber = 0;
/** @type {Map<number, (markup: string | null) => void>} */
const waiting = new Map();

/**
 * Colours code that is on the page, piece by piece. It stays plain if the language is unknown, the
 * code too long or the worker too slow.
 *
 * @param {HTMLElement} shown written by `CodeLines`
 * @param {string} code
 * @param {string} language
 */
export async function colour(shown, code, language) {
  const markup = code.length > LONGEST_CODE ? null : await markupOf(code, language);
  if (markup === null) return;
  const fragment = document.createDocumentFragment();
  await writeMarkup(new CodeLines(fragment), markup);
  const slice = new TimeSlice();
  // Both have the same line breaks, so nothing moves.
  for (const [index, piece] of [...fragment.children].entries()) {
    shown.children[index]?.replaceWith(piece);
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

/**
 * Reads the library's markup, spans and text, without an HTML parser and a little at a time.
 *
 * @param {CodeLines} lines
 * @param {string} markup
 */
async function writeMarkup(lines, markup) {
  const slice = new TimeSlice();
  for (const [, classes, text] of markup.matchAll(MARKUP)) {
    if (text !== undefined) lines.write(unescaped(text));
    else if (classes !== undefined) lines.open(classes);
    else lines.close();
    if (slice.isOver) await slice.next();
  }
}

/** @param {string} text */
function unescaped(text) {
  return text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (reference) => ESCAPED.get(reference) ?? "");
}
