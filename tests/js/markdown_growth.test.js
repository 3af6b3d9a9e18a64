/** The cost of a long text grows with its length, whatever it is made of. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { openTrees } from "./markdown/counts.js";

// Each is a piece that could be read again to the end of the text from each place of it.
const GROWING = {
  "tables that are none": ["|a|b|c|\n|-|-|\n", "|a|b|\n|-|-|-|\n", "a|b\n-|-|-\n", "|`a|b|\n|-|\n"],
  tables: ["|a|b|\n|-|-|\n", "|a|\n|-|\n# b\n", "|a|\n|-|\n> b\n", "> |a|b|c|\n> |-|-|\n"],
  headings: ["# a\n", "a\n-\n", "a\n=\n", "a\n===\n"],
  lists: ["- a\n", "- a\n\n", "- a\n  - b\n", "-\n"],
  quotes: ["> a\n", "> a\nb\n", "> a\n# b\n", "> - a\n"],
  code: ["```\na\n", "```\n```\n", "    a\n\n", "`a ``b "],
  emphasis: ["*a ", "**a** ", "*a_b*_", "*", "~~a "],
  "brackets and links": ["[a", "[a](", "![", "[a][b] ", "[a]: b\n", "[a](b) ", "https://a.b "],
  tags: ["<div>\n", "<!--\n", "<a"],
  formulas: ["a\n$$b$$\n", "a\n\\[\nb\n\\]\n", "$a ", "$$\n", "\\[\na\n", "$$a\n\n"],
};
// Four times the text takes sixteen times as long, if it is read again from each place of it.
const LENGTHS = [30_000, 120_000];
const MOST_GROWTH = 6;
// The collector of memory comes when it likes.
const ALLOWANCE_MS = 60;

/** @param {string} text @returns {number} milliseconds of a processor, without the typesetting */
function timeOf(text) {
  const start = process.cpuUsage();
  openTrees(text);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

/** @param {string} piece @returns {boolean} */
function isSlow(piece) {
  const [short, long] = LENGTHS.map((length) => piece.repeat(length / piece.length));
  const spent = timeOf(long);
  return spent > ALLOWANCE_MS && spent > MOST_GROWTH * timeOf(short) + ALLOWANCE_MS;
}

for (const [kind, pieces] of Object.entries(GROWING)) {
  test(`the time of ${kind} grows with their number`, () => {
    for (const piece of pieces) {
      // A machine that is busy may slow one of the two: what is read again is slow each time.
      assert.ok(![1, 2, 3].every(() => isSlow(piece)), JSON.stringify(piece));
    }
  });
}
