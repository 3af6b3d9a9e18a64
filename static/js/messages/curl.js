/** The curl command that sends a request to this site's API. */

import { pretty } from "#js/json/pretty.js";

/** @typedef {import("#js/json/reader.js").JsonNode} JsonNode */

const PLACEHOLDER = "$PARLEY_API_KEY";

/**
 * @param {string} origin of this site
 * @param {JsonNode} request the body
 * @param {string} model in the place of the request's
 * @returns {string}
 */
export function curlOf(origin, request, model) {
  const named = request.entries.map(({ key, node }) =>
    key === "model" ? { key, node: { ...node, text: model } } : { key, node },
  );
  const body = pretty({ ...request, entries: named });
  return [
    `curl ${quoted(`${origin}/v1/chat/completions`)}`,
    // In double quotes, so that the shell inserts the key.
    `  -H "Authorization: Bearer ${PLACEHOLDER}"`,
    `  -H 'Content-Type: application/json'`,
    `  --data-binary ${quoted(body)}`,
  ].join(" \\\n");
}

/** @param {string} text @returns {string} quoted for a POSIX shell */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
