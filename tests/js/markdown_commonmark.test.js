/**
 * The examples of CommonMark, in the words of its package.
 *
 * The dialect departs from CommonMark in five rules, which are stated here: line breaks are kept,
 * addresses become links by themselves (which is GitHub's), a tag is text, definitions that lead
 * nowhere or are not used are shown, and a text that would show nothing is shown as it is written.
 * An example is compared with what it would be by these rules.
 */

import assert from "node:assert/strict";
import { test } from "node:test";

import spec from "commonmark-spec";

import { htmlOf, textOf } from "./markdown/html.js";

// A tag, a comment, a declaration or an instruction; no address between angle brackets.
const TAG = /<(?!https?:|mailto:)(?:\/?[a-z][a-z0-9-]*(?=[\s/>]|$)|!--|!\[|![a-z]|\?)/gi;
const BLOCK_TAG = /\n*(<\/?(?:p|li|ul|ol|blockquote|pre|h\d|hr)\b[^>]*>)\n*/g;

/** A break of a line is kept: whether it is a hard one makes no difference. Code stays exact. */
function normal(html) {
  return html
    .replace(/<p class="definition">[\s\S]*?<\/p>/g, "")
    .replace(/\n*<\/code><\/pre>/g, "</code></pre>")
    .replace(/<pre>[\s\S]*?<\/pre>/g, (code) => code.replaceAll("\n", "␊"))
    .replace(/<a class="bare"[^>]*>(.*?)<\/a>/g, "$1")
    .replace(/<br \/>/g, "\n")
    .replace(/\s*\n\s*/g, "\n")
    .replace(BLOCK_TAG, "$1")
    .trim();
}

function right(source, expected) {
  if (!expected.trim() || !isBlank(expected)) return expected;
  return `<p>${source.trim().replaceAll(">", "&gt;")}</p>`;
}

const examples = spec.tests.map(({ number, section, markdown, html }) => ({
  name: `${number} (${section})`,
  source: markdown.replaceAll("→", "\t"),
  expected: html.replaceAll("→", "\t"),
}));
const isBlank = (html) => !/<(?:hr|code|img)/.test(html) && textOf(html).trim() === "";
const withTags = examples.filter(({ source, expected }) => {
  const shown = expected.replaceAll(/<code[\s\S]*?<\/code>/g, "");
  return [...source.matchAll(TAG)].some(([tag]) => shown.includes(tag) || expected.includes(tag));
});
const compared = examples.filter((each) => !withTags.includes(each));

test("few of CommonMark's 652 examples have tags", () => {
  assert.deepEqual([examples.length, withTags.length], [652, 72]);
});

test("an example without tags is read as CommonMark says", () => {
  const different = compared
    .map(({ name, source, expected }) => [name, source, right(source, expected), htmlOf(source)])
    .map(([name, source, ...both]) => [name, source, ...both.map(normal)])
    .filter(([, , expected, found]) => expected !== found);
  assert.deepEqual(different, []);
});

test("a tag is text", () => {
  for (const { name, source } of withTags) {
    const text = textOf(htmlOf(source));
    for (const [tag] of source.matchAll(TAG)) assert.ok(text.includes(tag), `${name}: ${text}`);
  }
});
