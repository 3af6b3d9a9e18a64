/** Makes the trees of the inline tokens of a block. It never parses HTML. */

import { imageAddress, linkAddress } from "#js/markdown/addresses.js";
import { decoded } from "#js/markdown/references.js";
import { appendText, tag } from "#js/markdown/tree.js";

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/tree.js").Tree} Tree
 * @typedef {import("#js/markdown/context.js").Context} Context
 */

/**
 * @param {Tree[]} children the trees before; gets those of the tokens
 * @param {Token[]} tokens
 * @param {Context} context
 * @returns {Tree[]} `children`
 */
export function appendInline(children, tokens, context) {
  for (const token of context.lexed.inline(tokens)) append(children, token, context);
  return children;
}

/** @param {Tree[]} children @param {Token} token @param {Context} context */
function append(children, token, context) {
  switch (token.type) {
    case "text":
      // The text of a tight list item is a block that holds inline tokens of its own.
      if (token.tokens?.length) appendInline(children, token.tokens, context);
      else appendText(children, context.literal ? token.text : decoded(token.text));
      break;
    case "strong":
    case "em":
    case "del":
      children.push(tag(token.type, {}, appendInline([], token.tokens ?? [], context)));
      break;
    case "codespan":
      children.push(tag("code", {}, [token.text]));
      break;
    case "br":
      children.push(tag("br"));
      break;
    case "link":
      children.push(link(token, context));
      break;
    case "image":
      children.push(image(token, context));
      break;
    case "math":
      children.push(math("span", token, token.display));
      break;
    case "checkbox":
      appendCheckbox(children, token, context);
      break;
    default:
      appendText(children, token.text ?? token.raw);
  }
}

/** @param {Token} token @param {Context} context */
function link(token, context) {
  const href = linkAddress(token.autolink ? token.href : decoded(token.href));
  const title = token.title ? { title: decoded(token.title).trim() } : undefined;
  const inLink = context.inLink || href !== null;
  const inside = { ...context, inLink, literal: token.autolink };
  const children = appendInline([], token.tokens ?? [], inside);
  if (!href || context.inLink) return tag("span", title, children);
  return tag("a", { ...outward(href), ...title }, children);
}

/**
 * A link to a remote image. The image itself is never loaded, because that would tell its host who
 * reads the message and when. The link shows the host.
 *
 * @param {Token} token
 * @param {Context} context
 */
function image(token, context) {
  const { labels } = context;
  const address = imageAddress(decoded(token.href));
  const alternative = textOf(appendInline([], token.tokens ?? [], context));
  if (!address) return tag("span", { class: "image-link" }, [alternative || labels.image]);
  const name = alternative ? `${labels.image}: ${alternative}` : labels.image;
  const children = [`${name} (${address.host})`];
  if (context.inLink) return tag("span", { class: "image-link" }, children);
  return tag("a", { class: "image-link", ...outward(address.href) }, children);
}

/** @param {Tree[]} trees @returns {string} */
function textOf(trees) {
  return trees.map((tree) => (typeof tree === "string" ? tree : textOf(tree.children))).join("");
}

/**
 * Math as source, until it is complete and typeset; if that fails, it stays as source.
 *
 * @param {"div" | "span"} name
 * @param {Token} token
 * @param {boolean} display
 */
export function math(name, token, display) {
  // One that is wider than the page is scrolled, also by keyboard.
  /** @type {Record<string, string>} */
  const attributes = display ? { class: "math math-display", tabindex: "0" } : { class: "math" };
  const work = { kind: /** @type {const} */ ("math"), source: token.text, display };
  return tag(name, attributes, [token.raw.trim()], token.isOpen ? undefined : work);
}

/** @param {Tree[]} children @param {Token} token @param {Context} context */
export function appendCheckbox(children, token, { labels }) {
  const name = token.checked ? labels.done : labels.open;
  const checked = token.checked ? { checked: "" } : undefined;
  children.push(
    tag("input", { type: "checkbox", disabled: "", "aria-label": name, ...checked }),
    " ",
  );
}

/** @param {string} href @returns {Record<string, string>} */
function outward(href) {
  return { href, rel: "noopener noreferrer nofollow", target: "_blank" };
}
