/**
 * Text that was typed and not sent, kept in the browser across reloads, closed tabs and sign-ins.
 *
 * @typedef {{load: () => string, save: (text: string) => boolean, clear: () => void}} Draft
 */

/**
 * The draft of one text box.
 *
 * `save` tells whether the text is kept: a full or blocked storage refuses it.
 *
 * @param {string} key names the person and the conversation, for people share browsers
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
      else return keep(storage, name, text);
      return storage !== null;
    },
    clear,
  };
}

/** @param {Storage | null} storage @param {string} name @param {string} text */
function keep(storage, name, text) {
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
    return null; // A browser that blocks storage throws on the mere mention of it.
  }
}
