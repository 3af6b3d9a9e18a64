/**
 * The worker that runs highlight.js. The first message has the address of the library; each further
 * one has code and is answered with markup, or with null for an unknown language.
 */

/** @typedef {{default: Library}} LibraryModule */
/**
 * @typedef {object} Library
 * @property {(name: string) => object | undefined} getLanguage
 * @property {(name: string, grammar: Function) => void} registerLanguage
 * @property {(code: string, options: {language: string, ignoreIllegals: boolean}) =>
 *   {value: string}} highlight
 */

/** @type {Promise<LibraryModule> | undefined} */
let loading;

addEventListener("message", async ({ data }) => {
  if (data.library) loading = import(data.library);
  else postMessage({ number: data.number, markup: await markup(data) });
});

/** @param {{code: string, language: string, grammar: string | null, grammarUrl: string}} request */
async function markup({ code, language, grammar, grammarUrl }) {
  const library = (await /** @type {Promise<LibraryModule>} */ (loading)).default;
  if (grammar && !library.getLanguage(grammar)) {
    library.registerLanguage(grammar, (await import(grammarUrl)).default);
  }
  if (!library.getLanguage(language)) return null;
  return library.highlight(code, { language, ignoreIllegals: true }).value;
}
