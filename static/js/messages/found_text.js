/** The places of a text in a drawn message, across the elements that it is written with. */

// Those of Latin, Greek and Cyrillic letters.
const ACCENTS = /[\u0300-\u036f]/g;
/** Texts that nobody reads as a part of the message, or that are there for screen readers alone. */
const UNSEEN = "button, .katex-mathml";
/** Between two of them there is white space, for the site too. */
const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, td, th, pre, blockquote, summary, div";

/**
 * @param {Element} root
 * @param {string} text in any letters; any white space stands for one space
 * @returns {Range[]}
 */
export function rangesOf(root, text) {
  const wanted = folded(text).replace(/\s+/g, " ").trim();
  if (!wanted) return [];
  const { letters, places } = lettersOf(root);
  const ranges = [];
  for (
    let at = letters.indexOf(wanted);
    at >= 0;
    at = letters.indexOf(wanted, at + wanted.length)
  ) {
    ranges.push(rangeBetween(places[at], places[at + wanted.length - 1]));
  }
  return ranges;
}

/** @typedef {{node: Text, offset: number, length: number}} Place of a letter */

/** @param {Element} root @returns {{letters: string, places: Place[]}} a place for each letter */
function lettersOf(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let letters = "";
  /** @type {Place[]} */
  const places = [];
  let block = null;
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = /** @type {Text} */ (node);
    if (text.parentElement?.closest(UNSEEN)) continue;
    const own = text.parentElement?.closest(BLOCKS);
    if (block && own !== block && !letters.endsWith(" ")) {
      letters += " ";
      places.push({ node: text, offset: 0, length: 0 });
    }
    block = own;
    let offset = 0;
    for (const letter of text.data) {
      // A letter can have several small ones, as the German ß.
      const small = /\s/.test(letter) ? (letters.endsWith(" ") ? "" : " ") : folded(letter);
      letters += small;
      for (let index = 0; index < small.length; index += 1) {
        places.push({ node: text, offset, length: letter.length });
      }
      offset += letter.length;
    }
  }
  return { letters, places };
}

/**
 * Letter by letter, since a sigma at the end of a word has a small letter of its own.
 *
 * @param {string} text
 * @returns {string} as the site compares it: without accents, and capital letters tell ß and ss alike
 */
export function folded(text) {
  const apart = text.toLowerCase().toUpperCase().normalize("NFD").replace(ACCENTS, "");
  return Array.from(apart.normalize("NFC"), (letter) => letter.toLowerCase()).join("");
}

/** @param {Place} first @param {Place} last @returns {Range} */
function rangeBetween(first, last) {
  const range = document.createRange();
  range.setStart(first.node, first.offset);
  range.setEnd(last.node, last.offset + last.length);
  return range;
}

/**
 * Marks the ranges, one of them as the present one. Without ranges all marks go.
 *
 * @param {Range[]} ranges
 * @param {Range} [current]
 */
export function mark(ranges, current) {
  if (!("highlights" in CSS)) return;
  CSS.highlights.set("found", new Highlight(...ranges.filter((each) => each !== current)));
  CSS.highlights.set("found-current", current ? new Highlight(current) : new Highlight());
}
