/**
 * Texts that are attached to a message: files, and long pastes. In the message they are fenced code
 * blocks with a name, below what the user wrote, so that a model reads them as any other text:
 *
 *     ```text title="notes.txt"
 *     …
 *     ```
 *
 * @typedef {{name: string, text: string}} Attached
 */

const OPENING = /^(`{3,})text title="([^"]*)"$/;

/**
 * @param {string} text
 * @param {Attached[]} attached
 * @returns {string} the content of a message with both
 */
export function withAttached(text, attached) {
  return [text, ...attached.map(block)].filter(Boolean).join("\n\n");
}

/**
 * The parts of a message, from the first to the last. Whatever a message has is in one of them.
 *
 * @param {string} content
 * @returns {(string | Attached)[]} texts, none of them empty, and what is attached between them
 */
export function partsOf(content) {
  if (!content.includes('text title="')) return content === "" ? [] : [content];
  const lines = content.split("\n");
  /** @type {(string | Attached)[]} */
  const parts = [];
  let from = 0;
  for (let index = 0; index < lines.length; index += 1) {
    const [, fence, name] = OPENING.exec(lines[index]) ?? [];
    const end = fence ? lines.indexOf(fence, index + 1) : -1;
    if (end < 0) continue;
    parts.push(between(lines, from, index), { name, text: lines.slice(index + 1, end).join("\n") });
    from = end + 1;
    index = end;
  }
  return [...parts, between(lines, from, lines.length)].filter((each) => each !== "");
}

/** @param {string} content @returns {{text: string, attached: Attached[]}} as they were written */
export function apart(content) {
  const parts = partsOf(content);
  const texts = parts.filter((each) => typeof each === "string");
  return { text: texts.join("\n\n"), attached: parts.filter((each) => typeof each !== "string") };
}

/** @param {string[]} lines @param {number} from @param {number} to @returns {string} */
function between(lines, from, to) {
  const text = lines.slice(from, to).join("\n");
  return from === 0 && to === lines.length ? text : text.replace(/^\n+|\n+$/g, "");
}

/** @param {Attached} attached @returns {string} */
function block({ name, text }) {
  const fence = fenceFor(text);
  return `${fence}text title="${oneLine(name)}"\n${text}\n${fence}`;
}

/** @param {string} text @returns {string} a fence that no line of the text closes */
function fenceFor(text) {
  let longest = 2;
  for (const [run] of text.matchAll(/`{3,}/g)) longest = Math.max(longest, run.length);
  return "`".repeat(longest + 1);
}

/** @param {string} name @returns {string} */
function oneLine(name) {
  return name.replaceAll(/[\s"]+/g, " ").trim();
}
