/** A text gives one tree, whichever writer writes it, and its lines and its text are known. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeOf } from "#js/markdown/dom_writer.js";
import { htmlOf } from "#js/markdown/html_writer.js";
import { ENGLISH_LABELS } from "#js/markdown/labels.js";
import { treeOf } from "#js/markdown/markup_reader.js";
import { setReferences } from "#js/markdown/references.js";
import { treesOf } from "#js/markdown/rendering.js";
import { LIBRARIES, render, renderCode } from "#js/markdown/server.js";
import { plainDocument, plainTree } from "./plain_document.js";
import { TEXTS } from "./rendering_texts.js";

const SEVERAL_LINES =
  "one\n\n- a\n- b\n\n```\ncode\n\nmore\n```\n\n[r]: https://a.example\n\nlast [r]";

globalThis.document = plainDocument;
setReferences({ mdash: "—", amp: "&", lt: "<", copy: "©", ngE: "≧̸" });

function byNodes(text) {
  return treesOf(text, ENGLISH_LABELS, LIBRARIES).map(({ tree }) => plainTree(nodeOf(tree)));
}

function byHtml(text) {
  const styles = {};
  const trees = treesOf(text, ENGLISH_LABELS, LIBRARIES).map(({ tree }) => tree);
  const html = htmlOf(trees, styles).replaceAll(/<(br|hr|input)\b([^>]*)>/g, "<$1$2/>");
  return treeOf(html).children.map((tree) => withStyles(tree, styles));
}

/** A tree as `plainTree` gives it, with the styles of its classes in the place of the classes. */
function withStyles(tree, styles) {
  if (typeof tree === "string") return tree;
  const { xmlns, ...attributes } = tree.attributes;
  const classes = (attributes.class ?? "").split(" ");
  const made = classes.filter((name) => name in styles);
  if (made.length) {
    attributes.class = classes.filter((name) => !made.includes(name)).join(" ");
    if (!attributes.class) delete attributes.class;
    attributes.style = styles[made[0]];
  }
  return [tree.name, attributes, tree.children.map((child) => withStyles(child, styles))];
}

function shown(text) {
  return render(text, ENGLISH_LABELS, false);
}

test("both writers write the same tree", () => {
  for (const text of TEXTS) assert.deepEqual(byHtml(text), byNodes(text), text);
});

test("formulas and colours are strings of elements, and styles are classes", () => {
  const { html, styles } = shown("$x^2$\n\n```python\nreturn 1\n```");
  assert.match(html, /class="katex"/);
  assert.match(html, /<span class="hljs-keyword">return<\/span>/);
  assert.doesNotMatch(html, /style=/);
  for (const name of Object.keys(styles)) assert.match(html, new RegExp(`\\b${name}\\b`));
});

test("without the libraries' work a text is shown as it is written", () => {
  const { html } = render("$x^2$\n\n```python\nreturn 1\n```", ENGLISH_LABELS, true);
  assert.match(html, /<span class="math">\$x\^2\$<\/span>/);
  assert.match(html, /<span class="code-lines">return 1<\/span>/);
});

test("each block has its lines and its text", () => {
  const { blocks } = shown(SEVERAL_LINES);
  const lines = SEVERAL_LINES.split("\n");
  const found = blocks.map(({ first, last, text }) => [lines.slice(first, last), text.trim()]);
  assert.deepEqual(found, [
    [["one"], "one"],
    [["- a", "- b"], "a\n\nb"],
    [["```", "code", "", "more", "```"], "code\n\nmore"],
    [["last [r]"], "last r\n\nhttps://a.example"],
  ]);
});

test("the blocks of any text are in order and inside it", () => {
  for (const text of TEXTS) {
    const { blocks } = shown(text);
    const count = text.split("\n").length;
    for (const { first, last } of blocks) assert.ok(first >= 0 && first < last && last <= count);
    for (const [index, { first }] of blocks.entries())
      assert.ok(index === 0 || first >= blocks[index - 1].last, text);
  }
});

test("text can be read across what marks a part of it", () => {
  const [{ text }] = shown('se**cr**[et](https://a.example/x%20y "a title") $\\text{pass}$').blocks;
  for (const part of ["secret", "https://a.example/x%20y", "a title", "pass"])
    assert.ok(text.includes(part), part);
});

test("the rest of a text that is too long is plain and has the last lines", () => {
  const text = `${"word *x*\n\n".repeat(20_000)}*the end*`;
  const { html, blocks } = shown(text);
  assert.ok(html.endsWith('<div class="plain-text">*the end*</div>'));
  assert.deepEqual(blocks.at(-1), { first: 40_000, last: 40_001, text: "\n*the end*\n" });
});

test("a link leads out or nowhere", () => {
  const nowhere = [
    "/a",
    "a",
    "//a.example",
    "data:text/html,x",
    "java\tscript:x",
    "https:a",
    "https://",
  ];
  for (const address of nowhere)
    assert.doesNotMatch(shown(`[x](<${address}>)`).html, /<a/, address);
  const outward = [
    ["https://a.example", "https://a.example"],
    ["HTTP://a.example/b c", "HTTP://a.example/b%20c"],
    ["https://a.example/%20%zz", "https://a.example/%20%25zz"],
    ["https://例え.jp/パ", "https://例え.jp/%E3%83%91"],
    ["mailto:a@b.example", "mailto:a@b.example"],
  ];
  for (const [written, href] of outward)
    assert.ok(shown(`[x](<${written}>)`).html.includes(`<a href="${href}" rel=`), written);
});

test("an image is a link that names the host that a browser would ask", () => {
  for (const [address, host] of [
    ["https://good.example@evil.example/", "evil.example"],
    ["https://a.example:8080/x", "a.example"],
    ["https://[::1]/x", "[::1]"],
  ]) {
    assert.equal(new URL(address).hostname, host);
    assert.ok(shown(`![x](${address})`).html.includes(`Image: x (${host})</a>`), address);
  }
  assert.doesNotMatch(shown("![x](<https://good.example\\\\@evil.example/>)").html, /<a/);
});

test("an image inside of a link is a part of its text", () => {
  const { html } = shown("[![x](https://b.example/x.png) *y*](https://a.example)");
  assert.equal(html.match(/<a /g)?.length, 1);
  assert.ok(html.includes('<span class="image-link">Image: x (b.example)</span> <em>y</em></a>'));
});

test("a character that HTML does not have is shown as missing", () => {
  assert.equal(shown("a\0b").html, "<p>a\ufffdb</p>");
});

test("code as a whole text is coloured code", () => {
  const { html } = renderCode('{"a": "<1>"}', "json");
  assert.match(html, /<span class="code-language">json<\/span>/);
  assert.match(html, /<span class="hljs-attr">"a"|<span class="hljs-attr">&quot;a&quot;/);
  assert.doesNotMatch(html, /<1>/);
});
