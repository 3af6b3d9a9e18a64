/** Code blocks: a bar with the language and its buttons, above code that scrolls. */

import { CodeLines } from "#js/markdown/code_lines.js";
import { element } from "#js/markdown/nodes.js";
import { wrapsCode } from "#js/markdown/wrap_switch.js";

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/context.js").Context} Context
 */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LONGEST_LANGUAGE = 30;
const DIAGRAMS = "mermaid";

/** @param {Token} token @param {Context} context */
export function codeBlock(token, context) {
  const language = languageOf(token);
  const node = element("div", { class: "code-block" });
  const header = element("div", { class: "code-header" });
  const shown = element("span", { class: "code-language" }, language);
  header.append(shown, wrapButton(context), copyButton(context));
  const pre = element("pre", { tabindex: "0" });
  const code = element("code");
  new CodeLines(code).write(token.text);
  pre.append(code);
  node.append(header, pre);
  finishLater(code, token, context);
  return node;
}

/**
 * Appends the new text to a code block that is still streaming.
 *
 * @param {HTMLElement} node
 * @param {boolean} open
 * @param {Token} token
 * @param {Context} context
 * @returns {boolean} whether that was possible
 */
export function extendCodeBlock(node, open, token, context) {
  const code = /** @type {HTMLElement} */ (node.querySelector("code"));
  const before = code.textContent ?? "";
  if (!open || !token.text.startsWith(before)) return false;
  const language = /** @type {HTMLElement} */ (node.querySelector(".code-language"));
  language.textContent = languageOf(token);
  new CodeLines(code).write(token.text.slice(before.length));
  finishLater(code, token, context);
  return true;
}

/**
 * Whether the source of a code block begins with a fence that is not closed yet.
 *
 * @param {string} raw
 * @returns {boolean}
 */
export function isOpenFence(raw) {
  const fence = FENCE.exec(raw)?.[1];
  if (!fence) return false;
  const written = raw.trimEnd();
  const start = written.lastIndexOf("\n") + 1;
  const last = start ? written.slice(start).trim() : "";
  return last.length < fence.length || last !== fence[0].repeat(last.length);
}

/** @param {HTMLElement} code @param {Token} token @param {Context} context */
function finishLater(code, token, context) {
  if (isOpenFence(token.raw) && !context.final) {
    context.hasOpenCode = true;
    return;
  }
  const language = languageOf(token).toLowerCase();
  const block = /** @type {HTMLElement | null} */ (code.closest(".code-block"));
  if (language === DIAGRAMS && block) {
    const { labels } = context;
    context.finishing.push({ kind: "diagram", node: block, source: token.text, labels });
  } else if (language)
    context.finishing.push({ kind: "code", node: code, source: token.text, language });
}

/**
 * The first word after the fence, once its line is complete.
 *
 * @param {Token} token
 * @returns {string}
 */
function languageOf(token) {
  if (!token.raw.includes("\n")) return "";
  return /^\S*/.exec(token.lang ?? "")?.[0].slice(0, LONGEST_LANGUAGE) ?? "";
}

/** @param {Context} context */
function wrapButton({ labels }) {
  const state = { "aria-label": labels.wrapCode, "aria-pressed": String(wrapsCode()) };
  return element("button", { type: "button", class: "wrap-code", ...state }, labels.wrap);
}

/** @param {Context} context */
function copyButton({ labels }) {
  const attributes = { type: "button", class: "copy-code", "aria-label": labels.copyCode };
  return element("button", attributes, labels.copy);
}
