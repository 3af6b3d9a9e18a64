/** Code blocks: a bar with the language and its buttons, above code that scrolls. */

import { plainPieces } from "#js/markdown/code_lines.js";
import { tag } from "#js/markdown/tree.js";
import { wrapsCode } from "#js/markdown/wrap_switch.js";

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/tree.js").Tag} Tag
 * @typedef {import("#js/markdown/tree.js").Work} Work
 * @typedef {import("#js/markdown/context.js").Context} Context
 */

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const LONGEST_LANGUAGE = 30;
const DIAGRAMS = "mermaid";

/** @param {Token} token @param {Context} context @returns {Tag} */
export function codeBlock(token, context) {
  if (isStillOpen(token, context)) context.hasOpenCode = true;
  const buttons = context.hasScript ? [wrapButton(context), copyButton(context)] : [];
  return codeTree(token.text, languageOf(token), buttons, workOf(token, context));
}

/**
 * @param {string} text
 * @param {string} language
 * @param {Tag[]} buttons
 * @param {Work} [work]
 * @returns {Tag}
 */
export function codeTree(text, language, buttons, work) {
  const [ofBlock, ofCode] = work?.kind === "diagram" ? [work] : [undefined, work];
  const name = tag("span", { class: "code-language" }, language ? [language] : []);
  const code = tag("code", {}, plainPieces(text), ofCode);
  const children = [
    tag("div", { class: "code-header" }, [name, ...buttons]),
    tag("pre", { tabindex: "0" }, [code]),
  ];
  return tag("div", { class: "code-block" }, children, ofBlock);
}

/** @param {Token} token @param {Context} context */
export function isStillOpen(token, context) {
  return isOpenFence(token.raw) && !context.final;
}

/**
 * Whether the source of a code block begins with a fence that is not closed yet.
 *
 * @param {string} raw
 * @returns {boolean}
 */
function isOpenFence(raw) {
  const fence = FENCE.exec(raw)?.[1];
  if (!fence) return false;
  const written = raw.trimEnd();
  const start = written.lastIndexOf("\n") + 1;
  const last = start ? written.slice(start).trim() : "";
  return last.length < fence.length || last !== fence[0].repeat(last.length);
}

/**
 * The work that is left for a block once it is complete: to draw it, or to colour it.
 *
 * @param {Token} token
 * @param {Context} context
 * @returns {Work | undefined}
 */
export function workOf(token, context) {
  const language = languageOf(token).toLowerCase();
  if (!language || isStillOpen(token, context)) return undefined;
  return { kind: language === DIAGRAMS ? "diagram" : "code", source: token.text, language };
}

/**
 * The first word after the fence, once its line is complete.
 *
 * @param {Token} token
 * @returns {string}
 */
export function languageOf(token) {
  if (!token.raw.includes("\n")) return "";
  return /^\S*/.exec(token.lang ?? "")?.[0].slice(0, LONGEST_LANGUAGE) ?? "";
}

/** @param {Context} context */
function wrapButton({ labels }) {
  const state = { "aria-label": labels.wrapCode, "aria-pressed": String(wrapsCode()) };
  return tag("button", { type: "button", class: "wrap-code", ...state }, [labels.wrap]);
}

/** @param {Context} context */
function copyButton({ labels }) {
  const attributes = { type: "button", class: "copy-code", "aria-label": labels.copyCode };
  return tag("button", attributes, [labels.copy]);
}
