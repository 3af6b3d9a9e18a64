/**
 * What is selected by hand, and copied: as clean as Copy does it. A formula is taken as a whole, and
 * a part of a list, of a table or of code remains one.
 */

import { cleanHtml } from "#js/copying/clean_html.js";
import { readableText } from "#js/copying/readable_text.js";

const FORMULA = ".math, .katex";
// What is around the selected text and gives it its meaning, from the inside.
const FORMATS = "a, code, del, em, strong";
const CONTEXTS = "pre, ul, ol, blockquote, .table-box, .bubble, .plain-text";
const PARTS_OF_TABLES = "table, thead, tbody, tr";
// Around text inside one of these nothing more is needed.
const ENDS = "p, li, td, th, h1, h2, h3, h4, h5, h6, article, [data-part]";
// A box that has the focus, with nothing selected, is copied as a whole.
const BOXES = ".table-box, .code-block pre";

/**
 * @param {HTMLElement} log whose content is cleaned; other text is left to the browser
 * @param {() => void} onCopied called when a box was copied, where nothing shows that it was
 */
export function cleanCopies(log, onCopied) {
  document.addEventListener("copy", (event) => {
    if (event.defaultPrevented || isField(event.target)) return;
    const selection = getSelection();
    const isNothing = !selection || selection.isCollapsed;
    const content = isNothing ? focusedBox(log) : selected(selection, log);
    if (!content || !event.clipboardData) return;
    event.clipboardData.setData("text/html", cleanHtml(content));
    event.clipboardData.setData("text/plain", readableText(content));
    event.preventDefault();
    if (isNothing) onCopied();
  });
}

/** @param {EventTarget | null} target */
function isField(target) {
  return target instanceof Element && target.closest("input, textarea") !== null;
}

/** @param {HTMLElement} log @returns {DocumentFragment | null} */
function focusedBox(log) {
  const box = document.activeElement?.closest(BOXES);
  if (!box || !log.contains(box)) return null;
  const content = document.createDocumentFragment();
  content.append(box.cloneNode(true));
  return content;
}

/** @param {Selection} selection @param {HTMLElement} log @returns {DocumentFragment | null} */
function selected(selection, log) {
  const content = document.createDocumentFragment();
  for (let number = 0; number < selection.rangeCount; number += 1) {
    const range = selection.getRangeAt(number);
    if (range.intersectsNode(log)) content.append(contentOf(within(range, log)));
  }
  return content.hasChildNodes() ? content : null;
}

/** @param {Range} selected @param {HTMLElement} log @returns {Range} in the log, of whole formulas */
function within(selected, log) {
  const range = selected.cloneRange();
  if (!log.contains(range.startContainer)) range.setStart(log, 0);
  if (!log.contains(range.endContainer)) range.setEnd(log, log.childNodes.length);
  const first = formulaAround(range.startContainer);
  const last = formulaAround(range.endContainer);
  if (first) range.setStartBefore(first);
  if (last) range.setEndAfter(last);
  return range;
}

/** @param {Node} node @returns {Element | null} the outermost formula around it */
function formulaAround(node) {
  const inner = elementOf(node)?.closest(FORMULA) ?? null;
  return inner?.closest(".math") ?? inner;
}

/** @param {Range} range @returns {Node} a copy of what is in it, inside of what it is a part of */
function contentOf(range) {
  /** @type {Node} */
  let content = numbered(range, range.cloneContents());
  const common = elementOf(range.commonAncestorContainer);
  for (let around = common; around; around = around.parentElement) {
    const isContext = around.matches(CONTEXTS);
    if (!isContext && around.matches(ENDS)) break;
    if (!isContext && !around.matches(`${FORMATS}, ${PARTS_OF_TABLES}`)) continue;
    const copy = around.cloneNode();
    copy.appendChild(content);
    content = copy;
    if (isContext) break;
  }
  if (common?.matches("ol")) number(/** @type {Element} */ (content), common, range);
  return content;
}

/**
 * Gives the lists of which only the last items are selected the number of their first one.
 *
 * @param {Range} range
 * @param {DocumentFragment} content
 */
function numbered(range, content) {
  const lists = [];
  const end = range.commonAncestorContainer;
  let node = elementOf(range.startContainer);
  for (; node && node !== end; node = node.parentElement)
    if (node.matches("ol")) lists.unshift(node);
  // The first elements of the copy are those around the beginning of the range.
  for (let copy = content.firstElementChild; copy && lists.length; copy = copy.firstElementChild) {
    if (copy.matches("ol")) number(copy, /** @type {Element} */ (lists.shift()), range);
  }
  return content;
}

/** @param {Element} copy @param {Element} list @param {Range} range that begins in the list */
function number(copy, list, range) {
  const before = [...list.children].filter((item) => {
    return range.comparePoint(item, item.childNodes.length) < 0;
  });
  const first = Number(list.getAttribute("start") ?? 1) + before.length;
  if (first !== 1) copy.setAttribute("start", String(first));
}

/** @param {Node} node @returns {Element | null} itself, or the element that it is in */
function elementOf(node) {
  return node instanceof Element ? node : node.parentElement;
}
