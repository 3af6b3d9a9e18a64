/** Texts that are attached to the message: files that are dropped, pasted or picked, long pastes. */

import { contentOf } from "#js/composer/clipboard_content.js";
import { MOST_CHARACTERS } from "#js/composer/message_length.js";
import { element, on } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/** @typedef {import("#js/composer/attached_text.js").Attached} Attached */

// A character takes at most four bytes of UTF-8.
const MOST_BYTES = 4 * MOST_CHARACTERS;
// A longer paste would push what somebody writes about it out of the box.
const FOLDED_FROM_CHARACTERS = 8_000;

/** @param {import("#js/composer/composer.js").Composer} composer */
export function takeTexts(composer) {
  const picker = element("file-picker");
  const take = async (/** @type {FileList | File[]} */ files) => {
    const { attached, complaint } = await textsOf([...files], composer.length);
    composer.attach(attached);
    composer.showError(complaint);
  };
  on(element("pick-file"), "click", () => picker.click());
  on(picker, "change", async () => {
    await take(picker.files);
    picker.value = "";
  });
  listenToDrops(take);
  on(element("message"), "paste", (event) => {
    const { files } = contentOf(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    take(files);
  });
  attachLongPastes(element("message"), (attached) => composer.attach([attached]));
}

/**
 * Attaches what is pasted into a box where it is long.
 *
 * @param {HTMLElement} box
 * @param {(attached: Attached) => void} attach
 */
export function attachLongPastes(box, attach) {
  on(box, "paste", (event) => {
    const { text } = contentOf(event.clipboardData);
    if (text.length <= FOLDED_FROM_CHARACTERS) return;
    event.preventDefault();
    attach({ name: word("pasted-text"), text: unixLines(text) });
  });
}

/**
 * Takes files that are dropped anywhere on the page; the composer shows that they may be.
 *
 * @param {(files: FileList) => void} take
 */
function listenToDrops(take) {
  const show = (/** @type {boolean} */ isOver) =>
    element("composer").classList.toggle("is-target", isOver);
  on(document, "dragover", (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    show(true);
  });
  // Without a target the files have left the window.
  on(document, "dragleave", (event) => event.relatedTarget === null && show(false));
  on(document, "drop", (event) => {
    if (!isOfFiles(event)) return;
    event.preventDefault();
    show(false);
    take(event.dataTransfer.files);
  });
}

/** @param {DragEvent} event @returns {boolean} */
function isOfFiles(event) {
  return event.dataTransfer?.types.includes("Files") ?? false;
}

/**
 * @param {File[]} files
 * @param {number} before how many characters the message has already
 * @returns {Promise<{attached: Attached[], complaint: string}>}
 */
async function textsOf(files, before) {
  /** @type {Attached[]} */
  const attached = [];
  let length = before;
  for (const file of files) {
    const name = nameOf(file);
    const values = { name, limit: count(MOST_CHARACTERS) };
    const text = file.size > MOST_BYTES ? null : await textOf(file);
    if (text === null) return { attached, complaint: word(reasonAgainst(file), values) };
    length += text.length;
    if (length > MOST_CHARACTERS) return { attached, complaint: word("file-too-long", values) };
    attached.push({ name, text });
  }
  return { attached, complaint: "" };
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
    return text.includes("\0") ? null : unixLines(text).trimEnd();
  } catch {
    return null;
  }
}

/** @param {string} text @returns {string} */
function unixLines(text) {
  return text.replaceAll(/\r\n?/g, "\n");
}
