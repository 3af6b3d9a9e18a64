/** The models that were chosen last in this browser, of which one answers in a new conversation. */

const KEY = "recent-models";
const MOST = 3;

/** @param {Storage} [storage] @returns {string[]} their names, the last one first */
export function recentModels(storage = localStorage) {
  try {
    const names = JSON.parse(storage.getItem(KEY) ?? "[]");
    return Array.isArray(names) ? names.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

/** @param {string} name @param {Storage} [storage] */
export function rememberModel(name, storage = localStorage) {
  const others = recentModels(storage).filter((each) => each !== name);
  storage.setItem(KEY, JSON.stringify([name, ...others].slice(0, MOST)));
}

/**
 * The model of a new conversation: the one that was chosen last, or the first of the site; no
 * paused one while there is another.
 *
 * @param {import("#js/state/records.js").Model[]} models
 * @param {Storage} [storage]
 * @returns {string | undefined} its name
 */
export function modelOfNew(models, storage = localStorage) {
  const names = models.filter((each) => !each.paused).map(({ name }) => name);
  const [last] = recentModels(storage);
  return names.find((name) => name === last) ?? names[0] ?? models[0]?.name;
}
