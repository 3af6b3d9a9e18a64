/** Lines that tell what was deleted and can bring it back. They stay until they are dismissed. */

import { clone, element, on, part } from "#js/markup.js";

const MOST = 3;

/**
 * @param {string} sentence what was deleted
 * @param {() => Promise<boolean>} undo tells whether it is back
 */
export function offerUndo(sentence, undo) {
  const lines = element("undo-lines");
  const line = clone("undo-line");
  part(line, "sentence").textContent = sentence;
  on(part(line, "dismiss"), "click", () => put(line));
  on(part(line, "undo"), "click", async () => {
    if (await undo()) put(line);
  });
  lines.append(line);
  while (lines.children.length > MOST) lines.firstElementChild.remove();
}

/** @param {HTMLElement} line that is done with; whoever was in it goes on writing */
function put(line) {
  const hadFocus = line.contains(document.activeElement);
  line.remove();
  if (hadFocus) element("message").focus();
}
