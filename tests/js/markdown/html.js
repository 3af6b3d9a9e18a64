/** The tokens of a source as HTML in the words of CommonMark's examples. */

import { Lexed } from "#js/markdown/lexer.js";

const NAMED = {
  nbsp: "\u00a0",
  amp: "&",
  copy: "©",
  AElig: "Æ",
  Dcaron: "Ď",
  frac34: "¾",
  HilbertSpace: "ℋ",
  DifferentialD: "ⅆ",
  ClockwiseContourIntegral: "∲",
  ngE: "≧̸",
  quot: '"',
  auml: "ä",
  ouml: "ö",
  lt: "<",
  gt: ">",
};

/** @param {string} source @param {{isOpen?: boolean}} [options] */
export function htmlOf(source, options) {
  const lexed = new Lexed(source, {}, options);
  return blocks(lexed.tokens, lexed);
}

function blocks(tokens, lexed, tight = false) {
  return tokens.map((token) => block(token, lexed, tight)).join("");
}

function block(token, lexed, tight) {
  switch (token.type) {
    case "space":
    case "def":
      return "";
    case "hr":
      return "<hr />\n";
    case "code": {
      const language = (token.lang ?? "").split(/\s/)[0];
      const attributes = language
        ? ` class="language-${escaped(decoded(language).replace(/\\(\W)/g, "$1"))}"`
        : "";
      return `<pre><code${attributes}>${escaped(token.text)}${token.text ? "\n" : ""}</code></pre>\n`;
    }
    case "heading":
      return `<h${token.depth}>${inline(token.tokens, lexed)}</h${token.depth}>\n`;
    case "blockquote":
      return `<blockquote>\n${blocks(token.tokens, lexed)}</blockquote>\n`;
    case "list": {
      const name = token.ordered ? "ol" : "ul";
      const start = token.ordered && token.start !== 1 ? ` start="${token.start}"` : "";
      const items = token.items.map(
        (item) => `<li>${blocks(item.tokens, lexed, !token.loose)}</li>\n`,
      );
      return `<${name}${start}>\n${items.join("")}</${name}>\n`;
    }
    case "checkbox":
      return `<input type="checkbox"${token.checked ? " checked" : ""} /> `;
    case "table":
      return `<table>${row(token.header, "th", lexed)}${token.rows.map((each) => row(each, "td", lexed)).join("")}</table>`;
    case "display_math":
      return `<math>${escaped(token.text)}</math>`;
    case "text":
      return tight ? inline(token.tokens, lexed) : `<p>${inline(token.tokens, lexed)}</p>\n`;
    case "paragraph":
      return `<p>${inline(token.tokens, lexed)}</p>\n`;
    default:
      return `<p>${escaped(token.raw)}</p>`;
  }
}

function row(cells, name, lexed) {
  const inner = cells.map(
    (cell) =>
      `<${name}${cell.align ? ` align="${cell.align}"` : ""}>${inline(cell.tokens, lexed)}</${name}>`,
  );
  return `<tr>${inner.join("")}</tr>`;
}

function inline(tokens, lexed) {
  return lexed
    .inline(tokens)
    .map((token) => inlineToken(token, lexed))
    .join("");
}

function inlineToken(token, lexed) {
  switch (token.type) {
    case "text":
      return token.tokens?.length ? inline(token.tokens, lexed) : escaped(decoded(token.text));
    case "strong":
    case "em":
    case "del":
      return `<${token.type}>${inline(token.tokens, lexed)}</${token.type}>`;
    case "codespan":
      return `<code>${escaped(token.text)}</code>`;
    case "br":
      return "<br />\n";
    case "link": {
      const inner = token.autolink ? escaped(token.text) : inline(token.tokens, lexed);
      if (token.autolink && !token.raw.startsWith("<"))
        return `<a class="bare" href="${escaped(address(token.href))}">${inner}</a>`;
      const title = token.title ? ` title="${escaped(decoded(token.title))}"` : "";
      return `<a href="${escaped(address(token.autolink ? token.href : decoded(token.href)))}"${title}>${inner}</a>`;
    }
    case "image": {
      const title = token.title ? ` title="${escaped(decoded(token.title))}"` : "";
      return `<img src="${escaped(address(decoded(token.href)))}" alt="${escaped(textOf(inline(token.tokens, lexed)))}"${title} />`;
    }
    case "math":
      return `<math>${escaped(token.text)}</math>`;
    case "checkbox":
      return block(token, lexed, true);
    default:
      return escaped(token.text ?? token.raw);
  }
}

const address = (href) => encodeURI(href).replace(/%25([0-9A-Fa-f]{2})/g, "%$1");
const decoded = (text) =>
  text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|(\w+));/g, (all, decimal, hex, name) => {
    if (name) return NAMED[name] ?? all;
    const code = decimal ? Number(decimal) : Number.parseInt(hex, 16);
    return code === 0 || code > 0x10ffff ? "\ufffd" : String.fromCodePoint(code);
  });
/** @param {string} html @returns {string} what a reader sees, with the alternatives of images */
export function textOf(html) {
  const text = html
    .replace(/<img[^>]* alt="([^"]*)"[^>]*>/g, "$1")
    .replace(/<br \/>\n?/g, "\n")
    .replace(/<[^>]*>/g, "");
  return decoded(text);
}

const escaped = (text) =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
