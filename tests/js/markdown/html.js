/** The tokens of a source as HTML in the words of CommonMark's examples. */

import { Lexed } from "#js/markdown/lexer.js";
import { decoded } from "#js/markdown/references.js";
import "./names.js";

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
      return `<h${token.depth}${dir(token)}>${inline(token.tokens, lexed)}</h${token.depth}>\n`;
    case "blockquote":
      return `<blockquote${dir(token)}>\n${blocks(token.tokens, lexed)}</blockquote>\n`;
    case "list": {
      const name = token.ordered ? "ol" : "ul";
      const start = token.ordered && token.start !== 1 ? ` start="${token.start}"` : "";
      const items = token.items.map(
        (item) => `<li${dir(item)}>${blocks(item.tokens, lexed, !token.loose)}</li>\n`,
      );
      return `<${name}${start}${dir(token)}>\n${items.join("")}</${name}>\n`;
    }
    case "checkbox":
      return `<input type="checkbox"${token.checked ? " checked" : ""} /> `;
    case "table":
      return `<table${dir(token)}>${row(token.header, "th", lexed)}${token.rows.map((each) => row(each, "td", lexed)).join("")}</table>`;
    case "display_math":
      return `<math>${escaped(token.text)}</math>`;
    case "text":
      return tight
        ? inline(token.tokens, lexed)
        : `<p${dir(token)}>${inline(token.tokens, lexed)}</p>\n`;
    case "paragraph":
      if (token.definitions) return `<p class="definition">${inline(token.tokens, lexed)}</p>\n`;
      return `<p${dir(token)}>${inline(token.tokens, lexed)}</p>\n`;
    default:
      return `<p>${escaped(token.raw)}</p>`;
  }
}

const dir = (token) => (token.direction ? ` dir="${token.direction}"` : "");

function row(cells, name, lexed) {
  const inner = cells.map(
    (cell) =>
      `<${name}${dir(cell)}${cell.align ? ` align="${cell.align}"` : ""}>${inline(cell.tokens, lexed)}</${name}>`,
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
