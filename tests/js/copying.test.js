import assert from "node:assert/strict";
import { test } from "node:test";

import { cleanHtml } from "#js/copying/clean_html.js";
import { readableText } from "#js/copying/readable_text.js";
import { code, formula, node } from "./fake_nodes.js";

const box = (name) => node("input", { type: "checkbox", ...(name ? { checked: "" } : {}) });
const cells = (name, ...texts) => node("tr", {}, ...texts.map((each) => node(name, {}, each)));

/** Drawn nodes, with what they are in HTML and in plain text. */
const COPIES = [
  {
    drawn: node("p", { class: "x", dir: "auto" }, "Formula ", formula("x^2"), " then"),
    html: '<p dir="auto">Formula $x^2$ then</p>',
    text: "Formula $x^2$ then",
  },
  {
    drawn: formula("a < b\n+ c", true),
    html: "<p>$$a &lt; b<br>+ c$$</p>",
    text: "$$a < b\n+ c$$",
  },
  {
    drawn: node("p", {}, node("span", { class: "math" }, "\\(\\ce{H2O}\\)"), " here"),
    html: "<p>\\(\\ce{H2O}\\) here</p>",
    text: "\\(\\ce{H2O}\\) here",
  },
  {
    drawn: code("python", node("span", { class: "code-lines" }, "if a < b:\n    go()\n"), "\tend"),
    html: "<pre><code>if a &lt; b:\n    go()\n\tend</code></pre>",
    text: "if a < b:\n    go()\n\tend",
  },
  {
    drawn: node("h2", {}, "Big ", node("code", {}, "x")),
    html: "<h1>Big <code>x</code></h1>",
    text: "Big x",
  },
  {
    drawn: node(
      "ul",
      {},
      node("li", {}, "one", node("ol", { start: "9" }, node("li", {}, "a"), node("li", {}, "b"))),
      node("li", { class: "task" }, box(true), " done"),
      node("li", { class: "task" }, box(false), " not"),
    ),
    html:
      '<ul><li>one<ol start="9"><li>a</li><li>b</li></ol></li>' +
      "<li>☑ done</li><li>☐ not</li></ul>",
    text: "- one\n  9. a\n  10. b\n- [x] done\n- [ ] not",
  },
  {
    drawn: node("ol", {}, node("li", {}, node("p", {}, "one"), code("js", "a;\nb;"))),
    html: "<ol><li><p>one</p><pre><code>a;\nb;</code></pre></li></ol>",
    text: "1. one\n\n   a;\n   b;",
  },
  {
    drawn: node(
      "div",
      { class: "table-box", role: "group", tabindex: "0", dir: "rtl" },
      node(
        "table",
        {},
        node("thead", {}, cells("th", "a", "b")),
        node(
          "tbody",
          {},
          node("tr", {}, node("td", { align: "right" }, formula("x^2")), node("td", {})),
        ),
      ),
    ),
    html:
      '<table dir="rtl" border="1" cellspacing="0" cellpadding="6"><thead><tr><th>a</th><th>b</th>' +
      '</tr></thead><tbody><tr><td align="right">$x^2$</td><td></td></tr></tbody></table>',
    text: "a\tb\n$x^2$\t",
  },
  {
    drawn: node("blockquote", {}, node("p", {}, "said"), code("", "x\n\ny")),
    html: "<blockquote><p>said</p><pre><code>x\n\ny</code></pre></blockquote>",
    text: "> said\n>\n> x\n>\n> y",
  },
  {
    drawn: node(
      "p",
      {},
      node("a", { href: "https://e.example/?a=1&b=2", rel: "noopener", target: "_blank" }, "link"),
      node("br"),
      node("a", { href: "javascript:alert(1)" }, "no"),
      node("span", { class: "hljs-keyword" }, "<b>"),
      node("em", {}, "it"),
      node("strong", {}, ""),
    ),
    html: '<p><a href="https://e.example/?a=1&amp;b=2">link</a><br>no&lt;b&gt;<em>it</em></p>',
    text: "link\nno<b>it",
  },
  {
    drawn: node(
      "details",
      { class: "json-branch", open: "" },
      node("summary", {}, node("span", { class: "json-key" }, "rows"), node("span", {}, "2 items")),
      node(
        "div",
        { class: "json-children" },
        ...["1", "2512292042121000001"].map((value) =>
          node(
            "div",
            { class: "json-leaf" },
            node("span", { class: "json-key" }, "id"),
            node("span", { class: "json-value" }, value),
          ),
        ),
      ),
    ),
    html: "<p>rows: 2 items</p><p>id: 1</p><p>id: 2512292042121000001</p>",
    text: "rows: 2 items\nid: 1\nid: 2512292042121000001",
  },
  {
    drawn: node("div", { class: "bubble" }, "one\n  two <b>"),
    html: "<p>one<br>  two &lt;b&gt;</p>",
    text: "one\n  two <b>",
  },
  {
    drawn: node(
      "article",
      {},
      node("h2", { class: "visually-hidden" }, "You"),
      node("details", {}, node("summary", {}, "Reasoning"), node("div", {}, "thoughts")),
      node("div", { hidden: "" }, "hidden"),
      node("div", { class: "blocks" }, node("p", {}, "Text."), node("hr"), node("p", {}, "End.")),
      node("div", { class: "message-actions" }, node("button", {}, "Copy"), "good"),
    ),
    html: "<p>Reasoning</p><p>Text.</p><hr><p>End.</p>",
    text: "Reasoning\n\nText.\n\n---\n\nEnd.",
  },
];

test("what is drawn is clean HTML with its structure", () => {
  for (const { drawn, html } of COPIES) assert.equal(cleanHtml(node("div", {}, drawn)), html);
});

test("what is drawn is readable text with its lines and markers", () => {
  for (const { drawn, text } of COPIES) assert.equal(readableText(node("div", {}, drawn)), text);
});

test("no element, attribute or word of a control is copied, wherever it stands", () => {
  const controls = [
    node("button", {}, "CONTROL"),
    node("iframe", { title: "CONTROL" }),
    node("textarea", {}, "CONTROL"),
    node("svg", {}, node("title", {}, "CONTROL")),
    node("span", { "aria-hidden": "true" }, "CONTROL"),
    node("div", { class: "code-header is-long" }, "CONTROL"),
  ];
  for (const control of controls) {
    for (const name of ["div", "p", "li", "td", "blockquote", "h3", "a"]) {
      const drawn = node("div", {}, node(name, { class: "c", style: "s" }, "word", control));
      const copied = cleanHtml(drawn) + readableText(drawn);
      assert.doesNotMatch(copied, /CONTROL|class|style|button|iframe|svg/);
      assert.match(copied, /word/);
    }
  }
});
