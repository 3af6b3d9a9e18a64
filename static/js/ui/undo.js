/** Lines that say what was deleted and can restore it. They stay until they are dismissed. */

import { clone, element, on, part } from "#js/ui/markup.js";

const MOST_LINES = 3;

/**
 * @param {string} sentence what was deleted
 * @param {() => Promise<boolean>} undo resolves to whether it was restored
 * @param {{lines?: string, next?: HTMLElement}} [place] the id of the list of lines, and the
 *   element that gets the focus when the line is removed: by default the message box
 */
export function offerUndo(
  sentence,
  undo,
  { lines = "undo-lines", next = element("message") } = {},
) {
  const all = element(lines);
  const line = clone("undo-line");
  part(line, "sentence").textContent = sentence;
  on(part(line, "dismiss"), "click", () => close(line, next));
  on(part(line, "undo"), "click", async () => {
    if (await undo()) close(line, next);
  });
  all.append(line);
  while (all.children.length > MOST_LINES) all.firstElementChild.remove();
  // The new line makes the scrolling part beside it smaller.
  const { activeElement } = document;
  if (all.parentElement.contains(activeElement))
    activeElement?.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement} line @param {HTMLElement} next */
function close(line, next) {
  const hadFocus = line.contains(document.activeElement);
  line.remove();
  if (hadFocus) next.focus();
}
