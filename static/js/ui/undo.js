/** Lines that tell what was deleted and can bring it back. They stay until they are dismissed. */

import { clone, element, on, part } from "#js/ui/markup.js";

const MOST = 3;

/**
 * @param {string} sentence what was deleted
 * @param {() => Promise<boolean>} undo tells whether it is back
 * @param {{lines?: string, next?: HTMLElement}} [place] the id of where the line goes, and what
 *   has the focus when it is done with: the box in which whoever was in it goes on writing
 */
export function offerUndo(
  sentence,
  undo,
  { lines = "undo-lines", next = element("message") } = {},
) {
  const all = element(lines);
  const line = clone("undo-line");
  part(line, "sentence").textContent = sentence;
  on(part(line, "dismiss"), "click", () => put(line, next));
  on(part(line, "undo"), "click", async () => {
    if (await undo()) put(line, next);
  });
  all.append(line);
  while (all.children.length > MOST) all.firstElementChild.remove();
  // The line takes its room from what scrolls beside it.
  const { activeElement } = document;
  if (all.parentElement.contains(activeElement))
    activeElement?.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLElement} line that is done with @param {HTMLElement} next */
function put(line, next) {
  const hadFocus = line.contains(document.activeElement);
  line.remove();
  if (hadFocus) next.focus();
}
