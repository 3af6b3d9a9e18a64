/**
 * Drafts: text that was typed and not sent, stored in the browser.
 *
 * @typedef {{load: () => string, save: (text: string) => boolean, clear: () => void}} Draft
 */

/**
 * The draft of one text box. `save` returns false if the storage is full or blocked.
 *
 * @param {string} key names the user and the conversation, since users share browsers
 * @param {Storage | null} [storage]
 * @returns {Draft}
 */
export function draft(key, storage = localStorageOrNull()) {
  const name = `draft:${key}`;
  const clear = () => storage?.removeItem(name);
  return {
    load: () => storage?.getItem(name) ?? "",
    save(text) {
      if (text === "") clear();
      else return store(storage, name, text);
      return storage !== null;
    },
    clear,
  };
}

/** @param {Storage | null} storage @param {string} name @param {string} text */
function store(storage, name, text) {
  try {
    storage?.setItem(name, text);
    return storage !== null;
  } catch {
    return false;
  }
}

/** @returns {Storage | null} */
function localStorageOrNull() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null; // A browser that blocks storage throws when the property is read.
  }
}
