/**
 * An incremental, tolerant reader of JSON. It accepts what models often write: text and code fences
 * around the JSON, trailing commas, a missing end.
 *
 * A number is its source text, here and in all that shows, copies or saves it: the numbers of
 * JavaScript would round `2512292042121000001`, turn `1e400` into null and `1.0` into 1.
 *
 * @typedef {{key: string | null, node: JsonNode}} Entry `key` is null in an array
 * @typedef {object} JsonNode one value, possibly incomplete
 * @property {"object" | "array" | "string" | "literal"} type
 * @property {Entry[]} entries of an object or an array
 * @property {string} text of a string (without its quotes) or a literal (number, true, null …)
 * @property {boolean} open whether more of it may come
 *
 * @typedef {{node: JsonNode, key: string | null, wantsValue: boolean}} Frame
 */

const DEEPEST = 64;
const OPENERS = /** @type {Record<string, "object" | "array">} */ ({ "{": "object", "[": "array" });
/** @type {Record<string, string>} */
const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
const FENCE_BEFORE = /(?:```|~~~)\w*\s*$/;
const FENCE_AFTER = /^\s*(?:```|~~~)/;
const BARE = /[\w+.-]/;
// Converting takes the square of the length in time.
const WHOLE = /^-?\d{1,1000}$/;

export class JsonReader {
  /** @type {JsonNode | null} the outermost value, once it has begun */
  root = null;
  /** Whether the outermost value has ended. */
  isComplete = false;
  /** Whether it is nested too deep to be shown. */
  isTooDeep = false;
  /** @type {Frame[]} */
  #stack = [];
  /** @type {JsonNode | null} the string or literal that is being read */
  #scalar = null;
  #isKey = false;
  #escape = "";
  #read = 0;
  #start = 0;
  #end = 0;

  /**
   * Reads the part of `text` that was not read before.
   *
   * @param {string} text the whole text so far
   */
  update(text) {
    for (; this.#read < text.length && !this.isComplete && !this.isTooDeep; this.#read += 1) {
      this.#take(text[this.#read]);
    }
  }

  /** Ends the text: values that are still open remain incomplete. */
  finish() {
    if (this.#scalar) this.#scalar.open = false;
    for (const { node } of this.#stack) node.open = false;
  }

  /** @param {string} text @returns {string} the JSON in it */
  source(text) {
    return text.slice(this.#start, this.isComplete ? this.#end : text.length);
  }

  /**
   * @param {string} text
   * @returns {{before: string, after: string}} the text around the JSON, without fences
   */
  around(text) {
    const before = text.slice(0, this.#start).replace(FENCE_BEFORE, "");
    const after = this.isComplete ? text.slice(this.#end).replace(FENCE_AFTER, "") : "";
    return { before: before.trim(), after: after.trim() };
  }

  // Internal

  /** @param {string} char */
  #take(char) {
    if (this.#scalar?.type === "string") return this.#inString(this.#scalar, char);
    if (this.#scalar) {
      if (BARE.test(char)) {
        this.#scalar.text += char;
        return;
      }
      this.#endScalar();
    }
    this.#structure(char);
  }

  /** @param {string} char */
  #structure(char) {
    const frame = this.#stack.at(-1);
    if (OPENERS[char]) this.#open(OPENERS[char]);
    else if (!frame) return;
    else if (char === "}" || char === "]") this.#close();
    else if (char === ":") frame.wantsValue = true;
    else if (char === '"') this.#begin("string", "");
    else if (BARE.test(char)) this.#begin("literal", char);
  }

  /** @param {"object" | "array"} type */
  #open(type) {
    const node = this.#place(type, "");
    if (this.#stack.length === 0) this.#start = this.#read;
    this.#stack.push({ node, key: null, wantsValue: type === "array" });
    this.isTooDeep = this.#stack.length > DEEPEST;
  }

  #close() {
    const frame = /** @type {Frame} */ (this.#stack.pop());
    frame.node.open = false;
    if (this.#stack.length > 0) return;
    this.isComplete = true;
    this.#end = this.#read + 1;
  }

  /** @param {"string" | "literal"} type @param {string} text */
  #begin(type, text) {
    const frame = /** @type {Frame} */ (this.#stack.at(-1));
    this.#isKey = !frame.wantsValue;
    this.#scalar = this.#isKey ? made(type, text) : this.#place(type, text);
  }

  /** @param {JsonNode["type"]} type @param {string} text @returns {JsonNode} */
  #place(type, text) {
    const node = made(type, text);
    const frame = this.#stack.at(-1);
    if (!frame) {
      this.root = node;
      return node;
    }
    frame.node.entries.push({ key: frame.node.type === "array" ? null : (frame.key ?? ""), node });
    frame.key = null;
    frame.wantsValue = frame.node.type === "array";
    return node;
  }

  /** @param {JsonNode} node @param {string} char */
  #inString(node, char) {
    if (this.#escape) this.#escaped(node, char);
    else if (char === "\\") this.#escape = char;
    else if (char === '"') this.#endScalar();
    else node.text += char;
  }

  /** @param {JsonNode} node @param {string} char */
  #escaped(node, char) {
    this.#escape += char;
    const isCode = this.#escape[1] === "u";
    if (isCode && this.#escape.length < 6) return;
    node.text += isCode ? codeUnit(this.#escape.slice(2)) : (ESCAPES[char] ?? char);
    this.#escape = "";
  }

  #endScalar() {
    const node = /** @type {JsonNode} */ (this.#scalar);
    node.open = false;
    if (this.#isKey) /** @type {Frame} */ (this.#stack.at(-1)).key = node.text;
    this.#scalar = null;
    this.#isKey = false;
  }
}

/** @param {JsonNode["type"]} type @param {string} text @returns {JsonNode} */
function made(type, text) {
  return { type, entries: [], text, open: true };
}

/** @param {string} digits @returns {string} */
function codeUnit(digits) {
  return /^[0-9a-f]{4}$/i.test(digits)
    ? String.fromCharCode(Number.parseInt(digits, 16))
    : "\ufffd";
}

/**
 * The JSON value in a finished text, without the text around it.
 *
 * @param {string} text
 * @returns {{value: any, node: JsonNode | null, source: string} | null} null if there is no
 *   complete one; `node` is null if it is nested too deep, and `value` is for the check alone
 */
export function jsonIn(text) {
  const reader = new JsonReader();
  reader.update(text);
  for (const source of [text.trim(), reader.source(text)]) {
    try {
      return whole(source, JSON.parse(source), reader);
    } catch {
      // Try the next one.
    }
  }
  return null;
}

/** @param {string} source @param {any} parsed @param {JsonReader} reader of the text around it */
function whole(source, parsed, reader) {
  if (typeof parsed === "string") return { value: parsed, node: made("string", parsed), source };
  if (typeof parsed === "object" && parsed !== null && reader.isTooDeep) {
    return { value: parsed, node: null, source };
  }
  const isLiteral = typeof parsed !== "object" || parsed === null;
  const node = isLiteral ? made("literal", source) : /** @type {JsonNode} */ (reader.root);
  return { value: exactly(node), node, source };
}

/**
 * @param {JsonNode} node complete
 * @returns {any} its value, in which a whole number that JavaScript would round is a bigint
 */
function exactly({ type, entries, text }) {
  if (type === "string") return text;
  if (type === "array") return entries.map(({ node }) => exactly(node));
  if (type === "object") {
    // Not by assignment: `__proto__` is a name like any other.
    return Object.fromEntries(entries.map(({ key, node }) => [key, exactly(node)]));
  }
  const value = JSON.parse(text);
  const isRounded = typeof value === "number" && !Number.isSafeInteger(value);
  return isRounded && WHOLE.test(text) ? BigInt(text) : value;
}
