/**
 * Finds the addresses that become links by themselves: `http(s)://`, `www.` and e-mail.
 *
 * Nothing else does, so that `README.md` and `build.sh` do not lead to a stranger's site. An address
 * ends at the first character outside ASCII: in Chinese no space follows it. Punctuation and
 * unmatched brackets at its end belong to the sentence, as on GitHub.
 */

const START = /https?:\/\/|www\.|@/i;
const WEB = /^(?:https?:\/\/[a-z0-9]|www\.[a-z0-9_-]+\.[a-z0-9])[!#-;=?-_a-~]*/i;
// The last part of a host has letters alone: "react@18.2.0" is a version.
const EMAIL = /^[a-z0-9.+_-]{1,64}@(?:[a-z0-9_-]{1,63}\.){1,8}[a-z]{1,63}(?![a-z0-9_-])/i;
// "git@host.example:team/project.git" names a file on a host, for SSH.
const PATH_ON_HOST = /^:[\w~/.]/;
const LOCAL_PART = /[a-z0-9.+_-]{1,64}$/i;
const ENDS_IN_WORD = /[a-z0-9]$/i;
const UNBROKEN = /^[!-~]*$/;
const ENDING = /&[a-z0-9]{1,32};$|[?!.,:;*_~'"]$/i;
/** @type {Record<string, string>} */
const OPENING = { ")": "(", "]": "[", "}": "{" };
// What comes before an address decides about it; further back it is not looked for.
const LOOKED_BACK = 2_000;

/** @type {import("marked").TokenizerExtension} */
export const autolinkExtension = {
  name: "autolink",
  level: "inline",
  start,
  tokenizer(source, tokens) {
    if (this.lexer.state.inLink) return undefined;
    const before = (tokens.at(-1)?.raw ?? "").slice(-LOOKED_BACK);
    return webLinkAt(source, before) ?? emailLinkAt(source, before);
  },
};

/** @param {string} source @param {string} before the text that it follows */
export function webLinkAt(source, before) {
  const found = WEB.exec(source);
  return found && isFree(before) ? webLink(withoutEnding(found[0])) : undefined;
}

/** @param {string} source @param {string} before */
function emailLinkAt(source, before) {
  const found = EMAIL.exec(source);
  if (!found || !isFree(before)) return undefined;
  const address = found[0];
  const isOfFile = PATH_ON_HOST.test(source.slice(address.length, address.length + 2));
  return isOfFile ? undefined : link(address, `mailto:${address}`);
}

/** @param {string} before @returns {boolean} whether an address may begin after it */
function isFree(before) {
  if (ENDS_IN_WORD.test(before)) return false;
  // The rest of an address of another scheme is none: "ssh://git@host.example".
  const scheme = before.lastIndexOf("://");
  return scheme < 0 || !UNBROKEN.test(before.slice(scheme));
}

/** @param {string} source @returns {number | undefined} where an address may begin */
function start(source) {
  const found = START.exec(source);
  if (!found) return undefined;
  const { 0: text, index } = found;
  if (text !== "@") return index;
  const local = LOCAL_PART.exec(source.slice(Math.max(0, index - 64), index));
  return index - (local?.[0].length ?? 0);
}

/** @param {string} text */
function webLink(text) {
  return link(text, /^www\./i.test(text) ? `http://${text}` : text);
}

/** @param {string} text @param {string} href */
function link(text, href) {
  const tokens = [{ type: "text", raw: text, text }];
  return { type: "link", raw: text, text, href, autolink: true, tokens };
}

/** @param {string} address @returns {string} */
function withoutEnding(address) {
  let end = address.length;
  const surplus = surplusBrackets(address);
  for (let shorter = end; shorter; end -= shorter) {
    const last = address[end - 1];
    const isUnmatched = surplus[last] > 0;
    if (isUnmatched) surplus[last] -= 1;
    shorter = isUnmatched ? 1 : (ENDING.exec(address.slice(end - 34, end))?.[0].length ?? 0);
  }
  return address.slice(0, end);
}

/** @param {string} address @returns {Record<string, number>} by closing bracket */
function surplusBrackets(address) {
  const counts = Object.entries(OPENING).map(([closing, opening]) => [
    closing,
    address.split(closing).length - address.split(opening).length,
  ]);
  return Object.fromEntries(counts);
}
