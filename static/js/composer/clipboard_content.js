/**
 * The part of a clipboard that a paste means.
 *
 * Excel, Word and others put a picture of the text beside the text, and the text is meant. The
 * managers of files put the names or the paths of copied files there as text, and the files are
 * meant. So files are taken only where the text says nothing beyond their names.
 *
 * @param {DataTransfer} clipboard
 * @returns {{files: File[], text: string}} one of them is empty, or both
 */
export function contentOf(clipboard) {
  const text = clipboard.getData("text/plain");
  const files = [...clipboard.files];
  return files.length > 0 && isOnlyNames(text, files) ? { files, text: "" } : { files: [], text };
}

/** @param {string} text @param {File[]} files @returns {boolean} true for no text at all */
function isOnlyNames(text, files) {
  const names = new Set(files.map((file) => file.name));
  const lines = text.split(/[\r\n]+/).map((line) => line.trim());
  return lines.every((line) => line === "" || names.has(lastPart(line)));
}

/** @param {string} path also an address of `file:`, as file managers write it @returns {string} */
function lastPart(path) {
  const name = path.replace(/^.*[/\\]/, "");
  if (!path.startsWith("file:")) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
