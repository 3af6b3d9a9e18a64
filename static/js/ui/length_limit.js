/**
 * Text boxes with a limit, which are marked `data-most` with the number of characters. Unlike with
 * `maxlength`, which cuts a long paste without a word, the whole text is in the box: a line says by
 * how much it is too long, and the form cannot be sent meanwhile.
 */

import { setText } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/** The count is shown from this part of the limit on. */
const NEAR = 0.9;

/** @typedef {HTMLInputElement | HTMLTextAreaElement} Box */

/** Watches all boxes of the page, those of later messages too. */
export function limitBoxes() {
  document.addEventListener("input", ({ target }) => checkLength(/** @type {Box} */ (target)));
}

/** @param {Box} box into which a script has put a text, or somebody has typed */
export function checkLength(box) {
  const limit = Number(box.dataset.most);
  if (!limit) return;
  // As the site counts: a character outside the first plane is two units.
  const length = box.value.length > 2 * limit ? box.value.length : [...box.value].length;
  const numbers = { count: count(length), limit: count(limit) };
  const isOver = length > limit;
  const sentence = isOver ? word("length-over", numbers) : "";
  box.setCustomValidity(sentence);
  box.setAttribute("aria-invalid", String(isOver));
  draw(box, sentence || (length >= limit * NEAR ? word("length-near", numbers) : ""), isOver);
}

/** @param {Box} box @param {string} sentence @param {boolean} isOver */
function draw(box, sentence, isOver) {
  const next = box.nextElementSibling;
  const known = next?.matches(".length-line") ? next : null;
  if (!known && !sentence) return;
  const line = known ?? added(box);
  line.classList.toggle("is-over", isOver);
  setText(line, sentence);
}

/** @param {Box} box @returns {Element} */
function added(box) {
  const line = document.createElement("p");
  line.className = "length-line";
  line.setAttribute("role", "status");
  box.after(line);
  return line;
}
