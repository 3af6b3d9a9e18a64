/**
 * The part of what is drawn that a reader takes along: text, its structure and its formulas. Buttons,
 * frames, bars and what is hidden stay behind. A formula is its source, once: it is drawn twice, for
 * eyes and for screen readers, and few programs can paste either.
 *
 * Only the simplest part of the DOM is used, so that it runs without a browser.
 *
 * @typedef {{nodeType: number, localName?: string, data?: string, childNodes: ArrayLike<DrawnNode>,
 *   getAttribute?: (name: string) => string | null}} DrawnNode
 */

const TEXT = 3;
const LEFT_BEHIND = new Set(
  "button dialog iframe script select style svg template textarea".split(" "),
);
const BLOCKS = new Set(
  `article blockquote details div h1 h2 h3 h4 h5 h6 hr li ol p pre section summary table tbody thead
  tr ul`.split(/\s+/),
);
const LEFT_BEHIND_CLASSES = new Set("code-header message-actions visually-hidden".split(" "));

/** @param {DrawnNode} node @returns {boolean} */
export function isText(node) {
  return node.nodeType === TEXT;
}

/** @param {DrawnNode} node @returns {boolean} whether it stands on lines of its own */
export function isBlock(node) {
  return BLOCKS.has(node.localName ?? "") || formulaOf(node)?.display === true;
}

/** @param {DrawnNode} node @returns {DrawnNode[]} its children that are content */
export function contentOf(node) {
  const isFolded = node.localName === "details" && !has(node, "open");
  return [...Array.from(node.childNodes)].filter(
    (child) => isContent(child) && (!isFolded || child.localName === "summary"),
  );
}

/** @param {DrawnNode} node @returns {boolean} */
function isContent(node) {
  if (isText(node)) return true;
  if (LEFT_BEHIND.has(node.localName ?? "")) return false;
  if (has(node, "hidden") || attribute(node, "aria-hidden") === "true") return false;
  return !classesOf(node).some((name) => LEFT_BEHIND_CLASSES.has(name));
}

/** @param {DrawnNode} node @returns {string} all the text in it, content or not */
export function rawText(node) {
  if (isText(node)) return node.data ?? "";
  return Array.from(node.childNodes).map(rawText).join("");
}

/**
 * @param {DrawnNode} node
 * @returns {{source: string, display: boolean} | null} null if it is no formula
 */
export function formulaOf(node) {
  if (!hasClass(node, "math") && !hasClass(node, "katex") && !hasClass(node, "katex-display")) {
    return null;
  }
  const display = hasClass(node, "math-display") || Boolean(find(node, isDisplay));
  const annotation = find(node, (each) => each.localName === "annotation");
  // One that is not typeset is shown as its source.
  if (!annotation) return { source: rawText(node).trim(), display };
  const source = rawText(annotation).trim();
  return { source: display ? `$$${source}$$` : `$${source}$`, display };
}

/** @param {DrawnNode} node */
function isDisplay(node) {
  return hasClass(node, "katex-display");
}

/** @param {DrawnNode} node @returns {string} what stands between it and the next where a gap is drawn */
export function after(node) {
  return hasClass(node, "json-key") ? ": " : "";
}

/** @param {DrawnNode} node @returns {string | null} "[x]" or "[ ]"; null if it is no checkbox */
export function taskMark(node) {
  if (node.localName !== "input" || attribute(node, "type") !== "checkbox") return null;
  return has(node, "checked") ? "[x]" : "[ ]";
}

/** @param {DrawnNode} node @param {string} name @returns {boolean} */
export function hasClass(node, name) {
  return classesOf(node).includes(name);
}

/** @param {DrawnNode} node @param {string} name @returns {string | null} */
export function attribute(node, name) {
  return node.getAttribute?.(name) ?? null;
}

/** @param {DrawnNode} node @param {string} name @returns {boolean} */
function has(node, name) {
  return attribute(node, name) !== null;
}

/** @param {DrawnNode} node @returns {string[]} */
function classesOf(node) {
  return (attribute(node, "class") ?? "").split(/\s+/);
}

/** @param {DrawnNode} node @param {(node: DrawnNode) => boolean} fits @returns {DrawnNode | null} */
function find(node, fits) {
  if (fits(node)) return node;
  for (const child of Array.from(node.childNodes)) {
    const found = find(child, fits);
    if (found) return found;
  }
  return null;
}
