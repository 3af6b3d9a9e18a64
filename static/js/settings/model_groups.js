/**
 * The order of a list of models, and the search in it.
 *
 * Models come in the order of the site. Where there are many, those that were chosen last come
 * first, and the others below the names of their providers.
 *
 * @typedef {import("#js/state/records.js").Model} Model
 * @typedef {{title: string, models: Model[]}} Group `title`: empty where one says nothing
 */

// So many are seen at a glance.
const FEW = 8;
const DIACRITICS = /\p{Diacritic}/gu;

/** @param {Model[]} models @returns {boolean} whether they are searched rather than looked through */
export function areMany(models) {
  return models.length > FEW;
}

/**
 * @param {Model[]} models
 * @param {string[]} recent names of those that were chosen last
 * @param {{recent: string, others: string}} titles
 * @returns {Group[]} none of them empty
 */
export function grouped(models, recent, titles) {
  const first = areMany(models) ? found(models, recent) : [];
  const others = models.filter((each) => !first.includes(each));
  const providers = [...new Set(others.map((each) => each.provider ?? ""))];
  const ofOne = first.length > 0 ? titles.others : "";
  const groups = providers.map((provider) => ({
    title: providers.length > 1 ? provider : ofOne,
    models: others.filter((each) => (each.provider ?? "") === provider),
  }));
  return [{ title: titles.recent, models: first }, ...groups].filter((each) => each.models.length);
}

/** @param {Model[]} models @param {string[]} names @returns {Model[]} in the order of the names */
function found(models, names) {
  const all = names.map((name) => models.find((each) => each.name === name));
  return all.filter((each) => each !== undefined);
}

/**
 * The models that have all words of a search in their name, notes or provider, in whatever order
 * and case, with or without accents.
 *
 * @param {Model[]} models
 * @param {string} search
 * @returns {Model[]}
 */
export function matching(models, search) {
  const words = plain(search).split(/\s+/).filter(Boolean);
  return models.filter(({ name, notes, provider }) => {
    const text = plain([name, notes, provider].join(" "));
    return words.every((word) => text.includes(word));
  });
}

/** @param {string} text @returns {string} */
function plain(text) {
  return text.normalize("NFKD").replaceAll(DIACRITICS, "").toLowerCase();
}
