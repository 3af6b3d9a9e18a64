/**
 * Finds the direction of each block: from the right if most of its words are Arabic, Hebrew or of
 * another script from the right, or if it begins with one and a quarter of them are. Code, formulas
 * and addresses are left out of the count, so a name of a program does not turn a sentence.
 */

/** @typedef {import("#js/markdown/reading.js").Token} Token */

const FROM_RIGHT =
  "\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}";
const LETTER_FROM_RIGHT = new RegExp(`(?=\\p{L})[${FROM_RIGHT}]`, "u");
const WORD = /\p{L}[\p{L}\p{M}\p{Nd}]*/gu;
const LEFT_OUT = new RegExp(
  [
    "(?<fence>`{3,}|~{3,})[\\s\\S]*?(?:\\k<fence>|$)",
    "(?<code>`+)[^`]+\\k<code>",
    "\\$[^$\\n]+\\$|\\\\\\([\\s\\S]*?\\\\\\)|\\\\\\[[\\s\\S]*?\\\\\\]",
    "\\]\\([^)\\s]*",
    "(?:https?://|www\\.)[!-~]*",
    "&[a-z0-9#]+;",
  ].join("|"),
  "gi",
);
// The beginning decides, so that a block does not turn once it is long.
const LONGEST_LOOKED_AT = 2_000;

/** @typedef {"rtl" | "ltr"} Direction */

/** @param {string} source @returns {boolean} whether any of its letters is written from the right */
export function hasLettersFromRight(source) {
  return LETTER_FROM_RIGHT.test(source);
}

/**
 * Gives each block that is not written in the direction around it a property `direction`.
 *
 * @param {Token[]} tokens
 * @param {Direction} [around]
 */
export function setDirections(tokens, around = "ltr") {
  for (const token of tokens) setDirection(token, around);
}

/** @param {Token} token @param {Direction} around */
function setDirection(token, around) {
  if (token.type === "code" || token.type === "display_math") return;
  const direction = directionOf(ownText(token)) ?? around;
  if (direction !== around) token.direction = direction;
  const cells = [token.header ?? [], ...(token.rows ?? [])].flat();
  const blocks = ["blockquote", "list_item"].includes(token.type) ? token.tokens : [];
  setDirections([...cells, ...(token.items ?? []), ...(blocks ?? [])], direction);
}

/**
 * The source that decides about a block. A list within a list decides for itself.
 *
 * @param {Token} token
 * @returns {string}
 */
function ownText(token) {
  if (token.type === "list") return token.items.map(ownText).join("\n");
  const own = token.type === "list_item" ? (token.tokens?.filter(isText) ?? []) : [];
  return own.length ? own.map(({ raw }) => raw).join("\n") : (token.raw ?? token.text ?? "");
}

/** @param {Token} token */
function isText({ type }) {
  return ["text", "paragraph", "heading"].includes(type);
}

/** @param {string} source @returns {Direction | undefined} undefined for one without words */
export function directionOf(source) {
  const text = source.slice(0, LONGEST_LOOKED_AT).replace(LEFT_OUT, " ");
  const words = text.match(WORD) ?? [];
  if (!words.length) return undefined;
  const fromRight = words.filter((word) => LETTER_FROM_RIGHT.test(word)).length;
  const least = LETTER_FROM_RIGHT.test(words[0] ?? "") ? words.length / 4 : (words.length + 1) / 2;
  return fromRight >= least ? "rtl" : "ltr";
}
