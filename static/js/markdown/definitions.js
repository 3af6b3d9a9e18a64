/**
 * Shows the reference definitions that no link of the message uses, because a model means text by
 * them: in "[Answer]: 42" the answer would be lost. One that does not lead to the web is shown in
 * any case, since a link to it leads nowhere. Footnotes are no definitions at all: a note is text,
 * and its addresses are links.
 */

/**
 * @typedef {import("#js/markdown/reading.js").Token} Token
 * @typedef {import("#js/markdown/reading.js").Links} Links
 *
 * @typedef {(tokens: Token[], source: string) => void} ReadLater gives `tokens` those of a source
 */

const WEB = /^(?:https?|mailto):/i;
const LABEL = /^ {0,3}\[(?:\\[\s\S]|[^[\]\\])+\]: */;
const REFERENCE = /\[((?:\\[\s\S]|[^[\]\\])+)\]/g;
// A page draws a paragraph in one piece: this many take no more than a moment.
const MOST_TOGETHER = 50;

/**
 * @param {Token} token a block
 * @returns {Token[]} the definitions in it, also if it shows them
 */
export function definitionsIn(token) {
  return token.type === "def" ? [token] : (token.definitions ?? []);
}

/**
 * Whether a text may use one of the definitions. Code in it is not told apart.
 *
 * @param {string} source
 * @param {Links} links
 */
export function mayRefer(source, links) {
  return [...source.matchAll(REFERENCE)].some(([, label]) => Object.hasOwn(links, tagOf(label)));
}

/** @param {string} label @returns {string} its key in the links, as marked makes it */
function tagOf(label) {
  return label.trim().replace(/\s+/g, " ").toLowerCase().toUpperCase().toLowerCase();
}

/**
 * Replaces the definitions that are shown by paragraphs, also inside of lists and quotes.
 *
 * @param {Token[]} tokens
 * @param {Set<string>} used the addresses of the links that use a definition
 * @param {ReadLater} readLater
 * @param {"paragraph" | "text"} [type] "text" in an item of a tight list
 */
export function showDefinitions(tokens, used, readLater, type = "paragraph") {
  for (const token of tokens) {
    if (token.type === "blockquote") showDefinitions(token.tokens ?? [], used, readLater);
    for (const item of token.items ?? [])
      showDefinitions(item.tokens, used, readLater, item.loose ? "paragraph" : "text");
  }
  if (!tokens.some((token) => isShown(token, used))) return;
  for (const token of tokens.splice(0)) {
    if (isShown(token, used)) append(tokens, token, readLater, type);
    else tokens.push(token);
  }
}

/** @param {Token} token @param {Set<string>} used */
function isShown(token, used) {
  return token.type === "def" && !(used.has(token.href) && WEB.test(token.href));
}

/** @param {Token[]} tokens @param {Token} definition @param {ReadLater} readLater @param {string} type */
function append(tokens, definition, readLater, type) {
  const last = tokens.at(-1);
  const line = asText(definition, readLater);
  if (last?.definitions && last.definitions.length < MOST_TOGETHER) {
    last.raw += definition.raw;
    last.definitions.push(definition);
    last.tokens?.push({ type: "br", raw: "\n" }, line);
  } else {
    const { raw } = definition;
    tokens.push({ type, raw, text: raw, tokens: [line], definitions: [definition] });
  }
}

/** @param {Token} definition @param {ReadLater} readLater @returns {Token} */
function asText({ raw }, readLater) {
  const source = raw.trimEnd();
  const label = LABEL.exec(source)?.[0] ?? "";
  const tokens = [{ type: "text", raw: label, text: label.trimStart() }];
  readLater(tokens, source.slice(label.length));
  return { type: "text", raw: source, text: source, tokens };
}
