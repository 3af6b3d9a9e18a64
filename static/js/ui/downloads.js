/** Downloads of files that are made in the page. */

const REVOKED_AFTER_MS = 60_000;

/**
 * @param {string} name
 * @param {string} type such as "text/csv"
 * @param {string} text
 */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  link.download = name;
  link.click();
  // Some browsers begin to read the file only after a while.
  setTimeout(() => URL.revokeObjectURL(link.href), REVOKED_AFTER_MS);
}
