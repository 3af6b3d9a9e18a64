/**
 * Code in pieces of 25 lines. The browser lays out only the pieces near the window, so a long block
 * costs no more than a short one while it streams.
 */

import { unescaped } from "#js/markdown/markup_reader.js";
import { appendText, tag } from "#js/markdown/tree.js";

/** @typedef {import("#js/markdown/tree.js").Tag} Tag */

// markdown_code.css contains the height of this many lines.
const LINES = 25;
const LINE = /[^\n]*\n|[^\n]+/g;
const MARKUP = /<span class="([^"]*)">|<\/span>|([^<]+)/g;

/** @typedef {{classes?: string, text?: string}} Step a span that begins, text, or the span's end */

/** @param {string} code @returns {Tag[]} at least one */
export function plainPieces(code) {
  return [...pieces([{ text: code }])];
}

/** @param {string} markup of highlight.js @returns {Generator<Tag>} the same code in colours */
export function colouredPieces(markup) {
  return pieces(steps(markup));
}

/** @param {string} markup @returns {Generator<Step>} */
function* steps(markup) {
  for (const [, classes, text] of markup.matchAll(MARKUP)) {
    yield { classes, text: text && unescaped(text) };
  }
}

/** @param {Iterable<Step>} steps @returns {Generator<Tag>} */
function* pieces(steps) {
  let [piece, lines] = [tag("span", { class: "code-lines" }), 0];
  let open = [piece];
  for (const { classes, text } of steps) {
    if (classes !== undefined) open.push(nested(open, classes));
    else if (text === undefined) open.pop();
    for (const line of text?.match(LINE) ?? []) {
      if (lines === LINES) {
        yield piece;
        [piece, lines] = [tag("span", { class: "code-lines" }), 0];
        open = reopened(piece, open);
      }
      appendText(open[open.length - 1].children, line);
      if (line.endsWith("\n")) lines += 1;
    }
  }
  yield piece;
}

/** @param {Tag[]} open @param {string} classes @returns {Tag} the span that begins */
function nested(open, classes) {
  const span = tag("span", { class: classes });
  open[open.length - 1].children.push(span);
  return span;
}

/** @param {Tag} piece @param {Tag[]} open @returns {Tag[]} the spans that go on in the new piece */
function reopened(piece, open) {
  const again = [piece];
  for (const { attributes } of open.slice(1)) again.push(nested(again, attributes.class));
  return again;
}
