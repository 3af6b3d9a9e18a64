/** Finds the place of a syntax error in JSON; the messages of browsers differ. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const LITERAL = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const SPACE = /[ \t\n\r]*/y;

/** A syntax error at a place in the text. */
class Fault extends Error {
  /** @param {number} at */
  constructor(at) {
    super(`at ${at}`);
    this.at = at;
  }
}

/**
 * @param {string} text
 * @returns {{value: any, fault: null} | {value: null, fault: {line: number, column: number}}}
 *   lines and columns count from 1
 */
export function parsed(text) {
  try {
    return { value: JSON.parse(text), fault: null };
  } catch {
    return { value: null, fault: lineAndColumn(text, faultIn(text)) };
  }
}

/** @param {string} text @returns {number} the place of the first fault */
function faultIn(text) {
  try {
    const end = afterSpace(text, afterValue(text, 0));
    return end;
  } catch (error) {
    if (error instanceof Fault) return error.at;
    throw error;
  }
}

/** @param {string} text @param {number} at */
function lineAndColumn(text, at) {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** @param {string} text @param {number} from @returns {number} */
function afterValue(text, from) {
  const at = afterSpace(text, from);
  if (text[at] === "{") return afterList(text, at, "}", afterMember);
  if (text[at] === "[") return afterList(text, at, "]", afterValue);
  return text[at] === '"' ? after(STRING, text, at) : after(LITERAL, text, at);
}

/**
 * @param {string} text
 * @param {number} from
 * @param {string} closer
 * @param {(text: string, from: number) => number} afterItem
 * @returns {number}
 */
function afterList(text, from, closer, afterItem) {
  let at = afterSpace(text, from + 1);
  if (text[at] === closer) return at + 1;
  for (;;) {
    at = afterSpace(text, afterItem(text, at));
    if (text[at] === closer) return at + 1;
    if (text[at] !== ",") throw new Fault(at);
    at += 1;
  }
}

/** @param {string} text @param {number} from @returns {number} */
function afterMember(text, from) {
  const colon = afterSpace(text, after(STRING, text, afterSpace(text, from)));
  if (text[colon] !== ":") throw new Fault(colon);
  return afterValue(text, colon + 1);
}

/** @param {RegExp} pattern @param {string} text @param {number} from @returns {number} */
function after(pattern, text, from) {
  pattern.lastIndex = from;
  if (!pattern.test(text)) throw new Fault(from);
  return pattern.lastIndex;
}

/** @param {string} text @param {number} from @returns {number} */
function afterSpace(text, from) {
  return after(SPACE, text, from);
}
