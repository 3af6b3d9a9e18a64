/** Renders the inline tokens of a block to DOM nodes. It never parses HTML. */

import { appendCharacterData, element } from "#js/markdown/nodes.js";
import { decoded } from "#js/markdown/references.js";

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/context.js").Context} Context
 */

const LINK_SCHEMES = ["http:", "https:", "mailto:"];
const IMAGE_SCHEMES = ["http:", "https:"];

/**
 * @param {Node} parent
 * @param {Token[]} tokens
 * @param {Context} context
 */
export function appendInline(parent, tokens, context) {
  for (const token of context.lexed.inline(tokens)) appendToken(parent, token, context);
}

/** @param {Node} parent @param {Token} token @param {Context} context */
function appendToken(parent, token, context) {
  switch (token.type) {
    case "text":
      // The text of a tight list item is a block that holds inline tokens of its own.
      if (token.tokens?.length) appendInline(parent, token.tokens, context);
      else appendText(parent, token.text, context);
      break;
    case "strong":
    case "em":
    case "del":
      parent.appendChild(wrapped(token.type, token, context));
      break;
    case "codespan":
      parent.appendChild(element("code", {}, token.text));
      break;
    case "br":
      parent.appendChild(element("br"));
      break;
    case "link":
      parent.appendChild(link(token, context));
      break;
    case "image":
      parent.appendChild(image(token, context));
      break;
    case "math":
      parent.appendChild(math("span", token, token.display, context));
      break;
    case "checkbox":
      appendCheckbox(parent, token, context);
      break;
    default:
      appendCharacterData(parent, token.text ?? token.raw);
  }
}

/** @param {Node} parent @param {string} text @param {Context} context */
function appendText(parent, text, context) {
  appendCharacterData(parent, context.literal ? text : decoded(text));
}

/** @param {"strong" | "em" | "del"} name @param {Token} token @param {Context} context */
function wrapped(name, token, context) {
  const node = element(name);
  appendInline(node, token.tokens ?? [], context);
  return node;
}

/** @param {Token} token @param {Context} context @returns {Node} */
function link(token, context) {
  const url = safeUrl(token.autolink ? token.href : decoded(token.href), LINK_SCHEMES);
  const node = url ? element("a", outward(url)) : element("span");
  if (token.title) node.title = decoded(token.title);
  const inside = token.autolink ? { ...context, literal: true } : context;
  appendInline(node, token.tokens ?? [], inside);
  return node;
}

/**
 * A link to a remote image. The image itself is never loaded, because that would tell its host who
 * reads the message and when. The link shows the host.
 *
 * @param {Token} token
 * @param {Context} context
 */
function image(token, context) {
  const url = safeUrl(decoded(token.href), IMAGE_SCHEMES);
  const alternative = decoded(token.text ?? "");
  if (!url) return element("span", { class: "image-link" }, alternative || context.labels.image);
  const name = `${context.labels.image}: ${alternative}`.replace(/: $/, "");
  return element("a", { class: "image-link", ...outward(url) }, `${name} (${url.host})`);
}

/**
 * Math as source, until it is typeset; if that fails, it stays as source.
 *
 * @param {"div" | "span"} name
 * @param {Token} token
 * @param {boolean} display
 * @param {Context} context
 */
export function math(name, token, display, context) {
  const kind = display ? "math math-display" : "math";
  const node = element(name, { class: kind }, token.raw.trim());
  context.finishing.push({ kind: "math", node, source: token.text, display });
  return node;
}

/** @param {Node} parent @param {Token} token @param {Context} context */
export function appendCheckbox(parent, token, context) {
  const name = token.checked ? context.labels.done : context.labels.open;
  const node = element("input", { type: "checkbox", disabled: "", "aria-label": name });
  if (token.checked) node.setAttribute("checked", "");
  parent.appendChild(node);
  appendCharacterData(parent, " ");
}

/** @param {URL} url @returns {Record<string, string>} */
function outward(url) {
  return { href: url.href, rel: "noopener noreferrer nofollow", target: "_blank" };
}

/** @param {string} href @param {string[]} schemes @returns {URL | null} null for a relative one */
function safeUrl(href, schemes) {
  const url = URL.parse ? URL.parse(href) : parsed(href);
  return url && schemes.includes(url.protocol) ? url : null;
}

/** @param {string} href @returns {URL | null} */
function parsed(href) {
  try {
    return new URL(href);
  } catch {
    return null;
  }
}
