/** The cost of a text is limited, whatever it is made of. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { openTrees, trees } from "./markdown/counts.js";

const PIECES = [
  ..."*_$`[]()<!&\\|#:;.,@5aب中， \n".split(""),
  ...["~~", "$$", "\\(", "\\)", "\\[", "\\]", "](", "<br>", "https://", "www.", "a@b.c", "://"],
  ...["\n\n", "- ", "> ", "[a]: b\n", "[^1]", "**a*", "$a$", "&amp;", "||", "&#8203;"],
];
// As long as a paragraph may be; a longer one is plain text.
const LONGEST = 9_900;
// Thirty times what the slowest takes on a quiet machine.
const MOST_MS = 3_000;

/** Numbers that look random and are the same in each run. */
function* numbers(seed) {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    yield state >>> 8;
  }
}

function* texts(count) {
  const random = numbers(7);
  const pick = (list) => list[random.next().value % list.length];
  for (let number = 0; number < count; number += 1) {
    const some = Array.from({ length: 1 + (number % 4) }, () => pick(PIECES));
    const next = number % 2 ? () => pick(some) : () => some.join("");
    let text = "";
    while (text.length < LONGEST) text += next();
    yield [some, text.slice(0, LONGEST)];
  }
}

/** Delimiters that nest as deeply as a paragraph can hold. */
const nested = [
  ["*a **b ", "c** d* "],
  ["~~a *b ", "c* d~~ "],
  ["![", "](b)"],
  ["[![", "](b)](c)"],
  ["**[", "](b)**"],
].map(([opening, closing]) => {
  const levels = Math.floor(LONGEST / (opening.length + closing.length));
  return [[opening], opening.repeat(levels) + closing.repeat(levels)];
});

// Blocks that could be read again and again, in a long answer.
const LONG = [
  "|a|b|\n|-|-|\n",
  "|a|b|c|\n|-|-|\n",
  "|`a|b|\n|-|\n",
  "> a\nb\n",
  "> > a\n> b\n",
  "> a\n# b\n",
  "- a\n\n",
].map((piece) => [[piece], piece.repeat(100_000 / piece.length)]);

test("a text of 100 kB of any blocks is read in time", () => {
  for (const [pieces, text] of LONG) {
    const start = process.cpuUsage();
    trees(text);
    const { user, system } = process.cpuUsage(start);
    const spent = (user + system) / 1_000;
    assert.ok(spent < MOST_MS, `${JSON.stringify(pieces)}: ${spent} ms`);
  }
});

for (const [kind, read] of Object.entries({ whole: trees, growing: openTrees })) {
  test(`a text that is ${kind} and made of any pieces is read in time`, () => {
    for (const [pieces, text] of [...texts(16), ...nested]) {
      const start = performance.now();
      read(text);
      const spent = performance.now() - start;
      assert.ok(spent < MOST_MS, `${JSON.stringify(pieces)}: ${spent} ms`);
    }
  });
}
