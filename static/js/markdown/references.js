/** Character references such as `&mdash;`, which Markdown has from HTML. */

const REFERENCE = /&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});/;
const NO_REFERENCE = /&(?!(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});)/g;

/**
 * The text with its references replaced by their characters.
 *
 * The browser's HTML parser knows their 2,231 names. Everything else is escaped before parsing, the
 * parsed document runs and loads nothing, and only its text is used.
 *
 * @param {string} text
 * @returns {string}
 */
export function decoded(text) {
  if (!REFERENCE.test(text)) return text;
  const html = text.replace(NO_REFERENCE, "&amp;").replaceAll("<", "&lt;");
  const parsed = new DOMParser().parseFromString(`<body><p>${html}`, "text/html");
  return parsed.querySelector("p")?.textContent ?? text;
}
