/**
 * Lines that say what was done and can undo it. They leave after ten seconds, but never while they
 * are under the pointer, have the focus, or nobody sees the page. A line about something in a
 * conversation is shown with that conversation alone.
 */

import { closeOnEscape } from "#js/ui/escape.js";
import { clone, element, on, part } from "#js/ui/markup.js";

const MOST_LINES = 3;
const LEAVES_AFTER_MS = 10_000;

/**
 * @param {string} sentence what was done
 * @param {() => Promise<boolean>} undo resolves to whether it was undone
 * @param {{lines?: string, next?: HTMLElement, of?: string | null}} [place] the id of the list of
 *   lines; the element that gets the focus when the line is removed, by default the message box;
 *   the conversation that the line is about, null for the new one
 */
export function offerUndo(
  sentence,
  undo,
  { lines = "undo-lines", next = element("message"), of } = {},
) {
  const all = element(lines);
  const line = clone("undo-line");
  if (of !== undefined) line.dataset.conversation = of ?? "";
  part(line, "sentence").textContent = sentence;
  on(part(line, "dismiss"), "click", () => close(line, next));
  on(part(line, "undo"), "click", async () => {
    if (await undo()) close(line, next);
  });
  closeOnEscape(line, () => close(line, next));
  leaveLater(line);
  all.append(line);
  while (all.children.length > MOST_LINES) all.firstElementChild.remove();
  // The new line makes the scrolling part beside it smaller.
  const { activeElement } = document;
  if (all.parentElement.contains(activeElement))
    activeElement?.scrollIntoView({ block: "nearest" });
}

/** @param {string | null} conversation that is on the page: the lines about others are hidden */
export function showUndoLines(conversation) {
  for (const line of linesOfConversations()) {
    line.hidden = line.dataset.conversation !== (conversation ?? "");
  }
}

/** @param {string} conversation that the new one, which is on the page, has become */
export function renameUndoLines(conversation) {
  for (const line of linesOfConversations()) line.dataset.conversation ||= conversation;
}

/** @returns {NodeListOf<HTMLElement>} */
function linesOfConversations() {
  return document.querySelectorAll(".undo-lines > [data-conversation]");
}

/** @param {HTMLElement} line @param {HTMLElement} next @returns {boolean} true: it was open */
function close(line, next) {
  const hadFocus = line.contains(document.activeElement);
  line.remove();
  if (hadFocus) next.focus();
  return true;
}

/** @param {HTMLElement} line */
function leaveLater(line) {
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, LEAVES_AFTER_MS);
  };
  const leave = () => {
    if (document.hidden || line.matches(":hover, :focus-within")) wait();
    else line.remove();
  };
  // After the pointer or the focus was there, all of the time begins again.
  for (const type of ["pointerleave", "focusout"]) on(line, type, wait);
  wait();
}
