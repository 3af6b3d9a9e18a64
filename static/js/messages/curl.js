/** The curl command that sends a request to this site's API. */

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
