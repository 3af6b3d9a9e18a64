/** A request as a command for a terminal: this site's own gateway, a key to be put in. */

const PLACEHOLDER = "$PARLEY_API_KEY";

/**
 * @param {string} origin of this site
 * @param {Record<string, any>} request the body
 * @returns {string}
 */
export function curlOf(origin, request) {
  const body = JSON.stringify(request, null, 2);
  return [
    `curl ${quoted(`${origin}/v1/chat/completions`)}`,
    // In double quotes: the shell puts the key in its place.
    `  -H "Authorization: Bearer ${PLACEHOLDER}"`,
    `  -H 'Content-Type: application/json'`,
    `  --data-binary ${quoted(body)}`,
  ].join(" \\\n");
}

/** @param {string} text @returns {string} which a POSIX shell takes as it is */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
