/** The addresses that links may lead to, the same in a browser and on the server. */

// As far as the host, which keeps its letters of any script, and the port.
const WEB =
  /^https?:\/\/(?:[\w.~!$&'()*+,;=:%-]*@)?(\[[\da-f:.]+\]|[\p{L}\p{M}\p{N}_.-]+)(?::\d{0,5})?(?=[/?#]|$)/iu;
const MAIL = /^mailto:/i;

/**
 * The address as an attribute may have it: what cannot stand in an address is percent-encoded.
 *
 * @param {string} written
 * @returns {string | null} null unless it is absolute and its scheme is http, https or mailto
 */
export function linkAddress(written) {
  const address = written.trim();
  const start = (WEB.exec(address) ?? MAIL.exec(address))?.[0];
  return start === undefined ? null : start + encoded(address.slice(start.length));
}

/**
 * @param {string} written
 * @returns {{href: string, host: string} | null} null if it is no address of the web
 */
export function imageAddress(written) {
  const host = WEB.exec(written.trim())?.[1];
  const href = linkAddress(written);
  return host && href ? { href, host } : null;
}

/** @param {string} rest of an address @returns {string} what was encoded stays as it is */
function encoded(rest) {
  // Lone halves of a pair of UTF-16 cannot be encoded.
  return encodeURI(rest.toWellFormed()).replace(/%25(?=[0-9a-f]{2})/gi, "%");
}
