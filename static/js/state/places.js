/**
 * The places of the reader in conversations, for as long as the tab is open.
 *
 * @typedef {{id: string, top: number}} Place a message, and its distance from the top of the log
 */

/**
 * @param {string} key names the user and the conversation, since users share browsers
 * @param {Storage | null} [storage]
 * @returns {Place | null}
 */
export function placeIn(key, storage = sessionStorageOrNull()) {
  return JSON.parse(storage?.getItem(`place:${key}`) ?? "null");
}

/**
 * @param {string} key
 * @param {Place | null} place null for the end, where a conversation is opened anyway
 * @param {Storage | null} [storage]
 */
export function keepPlace(key, place, storage = sessionStorageOrNull()) {
  try {
    if (place) storage?.setItem(`place:${key}`, JSON.stringify(place));
    else storage?.removeItem(`place:${key}`);
  } catch {
    // A storage that is full keeps no place, which costs a reader a scroll.
  }
}

/** @returns {Storage | null} */
function sessionStorageOrNull() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // A browser that blocks storage throws when the property is read.
  }
}
