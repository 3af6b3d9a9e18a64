/** The text of JSON that was read: indented, also while it is incomplete, or in one line. */

const INDENT = "  ";

/**
 * @param {import("#js/json/reader.js").JsonNode} node
 * @param {string} [margin]
 * @returns {string}
 */
export function pretty(node, margin = "") {
  if (node.type === "literal") return node.text;
  if (node.type === "string") return JSON.stringify(node.text).slice(0, node.open ? -1 : undefined);
  const [opener, closer] = node.type === "array" ? "[]" : "{}";
  const lines = node.entries.map((entry) => lineOf(entry, margin + INDENT));
  const end = node.open ? "" : (lines.length ? `\n${margin}` : "") + closer;
  return opener + lines.map((line) => `\n${line}`).join(",") + end;
}

/** @param {import("#js/json/reader.js").Entry} entry @param {string} margin @returns {string} */
function lineOf({ key, node }, margin) {
  const label = key === null ? "" : `${JSON.stringify(key)}: `;
  return `${margin}${label}${pretty(node, margin)}`;
}

/**
 * @param {import("#js/json/reader.js").JsonNode} node
 * @returns {string} without any space, as JSON.stringify writes it
 */
export function compact(node) {
  if (node.type === "literal") return node.text;
  if (node.type === "string") return JSON.stringify(node.text);
  const members = node.entries.map(({ key, node: inner }) =>
    key === null ? compact(inner) : `${JSON.stringify(key)}:${compact(inner)}`,
  );
  return node.type === "array" ? `[${members}]` : `{${members}}`;
}
