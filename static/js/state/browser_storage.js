/**
 * Forgets what the browser stores of users: on a shared computer the next one must not find the
 * texts of the one before.
 */

/** Choices of the browser and not of a user: the admin's colours, the open sidebar, wrapped code. */
const KEPT = new Set(["theme", "sidebar", "wraps-code"]);
/** Names of drafts, queued messages and unanswered requests; usernames have no colon. */
const TEXTS = /^(?:draft|outbox|queue):([^:]*)/;
/** Those, and places in conversations. */
const OWNED = /^(?:draft|outbox|queue|place):([^:]*)/;

/** @param {Storage[]} [storages] */
export function forgetUsers(storages = browserStorages()) {
  remove(storages, (name) => !KEPT.has(name));
}

/**
 * Removes the texts of users whose sessions ended without a sign-out.
 *
 * @param {string} username whose texts stay
 * @param {Storage[]} [storages]
 */
export function forgetOthers(username, storages = browserStorages()) {
  remove(storages, (name) => OWNED.test(name) && OWNED.exec(name)?.[1] !== username);
}

/**
 * @param {string} username
 * @param {Storage[]} [storages]
 */
export function hasDrafts(username, storages = browserStorages()) {
  return storages.some((storage) =>
    Object.keys(storage).some((name) => TEXTS.exec(name)?.[1] === username),
  );
}

/** @param {Storage[]} storages @param {(name: string) => boolean} isGone */
function remove(storages, isGone) {
  for (const storage of storages) {
    for (const name of Object.keys(storage).filter(isGone)) storage.removeItem(name);
  }
}

/** @returns {Storage[]} none where the browser blocks them: it then stores nothing either */
function browserStorages() {
  try {
    return [globalThis.localStorage, globalThis.sessionStorage];
  } catch {
    return [];
  }
}
