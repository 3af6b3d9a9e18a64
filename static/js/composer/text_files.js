/** Text files that are dropped, pasted or picked: their text is added to the message. */

import { contentOf } from "#js/composer/clipboard_content.js";
import { MOST_CHARACTERS } from "#js/composer/message_length.js";
import { element, on } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

// A character takes at most four bytes of UTF-8.
const MOST_BYTES = 4 * MOST_CHARACTERS;

/**
 * @param {(text: string) => void} addText adds to the message
 * @param {(sentence: string) => void} showError
 */
export function takeTextFiles(addText, showError) {
  const picker = element("file-picker");
  const take = async (/** @type {FileList | File[]} */ files) => {
    const { text, complaint } = await textsOf([...files], element("message").value.length);
    if (text) addText(text);
    showError(complaint);
  };
  on(element("pick-file"), "click", () => picker.click());
  on(picker, "change", async () => {
    await take(picker.files);
    picker.value = "";
  });
  on(document, "dragover", (event) => isOfFiles(event) && event.preventDefault());
  on(document, "drop", (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  on(element("message"), "paste", (event) => {
    const { files } = contentOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
}

/** @param {DragEvent} event @returns {boolean} */
function isOfFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/**
 * @param {File[]} files
 * @param {number} before how many characters the message has already
 * @returns {Promise<{text: string, complaint: string}>}
 */
async function textsOf(files, before) {
  let text = "";
  for (const file of files) {
    const content = file.size > MOST_BYTES ? null : await textOf(file);
    const name = nameOf(file);
    if (content === null) {
      return {
        text,
        complaint: word(reasonAgainst(file), { name, limit: count(MOST_CHARACTERS) }),
      };
    }
    const added = `${text ? "\n\n" : ""}## ${name}\n\n${content.trimEnd()}`;
    if (before + text.length + added.length > MOST_CHARACTERS) {
      return { text, complaint: word("file-too-long", { name, limit: count(MOST_CHARACTERS) }) };
    }
    text += added;
  }
  return { text, complaint: "" };
}

/** @param {File} file that was not taken @returns {string} the name of the sentence why */
function reasonAgainst({ size, type }) {
  if (type.startsWith("image/")) return "file-picture";
  return size > MOST_BYTES ? "file-too-long" : "file-no-text";
}

/** @param {File} file @returns {string} on one line */
function nameOf(file) {
  return file.name.replaceAll(/\s+/g, " ").trim() || word("file");
}

/** @param {File} file @returns {Promise<string | null>} null if it is not text */
async function textOf(file) {
  try {
    const decoder = new TextDecoder("utf-8", { fatal: true });
    const text = decoder.decode(await file.arrayBuffer());
    return text.includes("\0") ? null : text.replaceAll("\r\n", "\n");
  } catch {
    return null;
  }
}
