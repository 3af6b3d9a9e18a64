/** Character references such as `&mdash;`, which Markdown has from HTML. */

const REFERENCE = /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([a-zA-Z][a-zA-Z0-9]{1,31}));/g;
const REPLACEMENT = "\ufffd";
const LAST = 0x10ffff;
// A text can have any number of names that mean nothing.
const MOST_REMEMBERED = 5_000;

/** @type {Map<string, string>} the text of each name that was met; itself if it has no meaning */
const known = new Map();
/** @type {Map<string, string> | null} all names, where there is no browser that knows them */
let table = null;

/**
 * Gives the names and their characters, where there is no browser.
 *
 * @param {Record<string, string>} names
 */
export function setReferences(names) {
  table = new Map(Object.entries(names));
}

/**
 * The text with its references replaced by their characters.
 *
 * @param {string} text
 * @returns {string}
 */
export function decoded(text) {
  if (!text.includes("&")) return text;
  if (!table) learn(text);
  return text.replace(REFERENCE, (reference, decimal, hexadecimal, name) => {
    if (name) return (table ?? known).get(name) ?? reference;
    return character(decimal ? Number.parseInt(decimal, 10) : Number.parseInt(hexadecimal, 16));
  });
}

/** @param {number} code @returns {string} */
function character(code) {
  const isNone = code === 0 || code > LAST || (code >= 0xd800 && code <= 0xdfff);
  return isNone ? REPLACEMENT : String.fromCodePoint(code);
}

/**
 * Asks the browser's HTML parser for the names in a text. The parsed document has nothing but them,
 * runs and loads nothing, and only its text is used.
 *
 * @param {string} text
 */
function learn(text) {
  if (known.size > MOST_REMEMBERED) known.clear();
  const names = new Set(Array.from(text.matchAll(REFERENCE), ([, , , name]) => name));
  const fresh = [...names].filter((name) => name && !known.has(name));
  if (!fresh.length) return;
  const html = fresh.map((name) => `<i>&${name};</i>`).join("");
  const parsed = new DOMParser().parseFromString(html, "text/html").querySelectorAll("i");
  for (const [index, name] of fresh.entries()) {
    const meaning = parsed[index].textContent ?? "";
    // Of a name without a meaning the parser keeps the end, and at times decodes a beginning.
    const isKnown = meaning === ";" || !meaning.endsWith(";");
    known.set(name, isKnown ? meaning : `&${name};`);
  }
}
