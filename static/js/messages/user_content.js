/** Draws the message of a user: its text as it was written, what is attached to it folded. */

import { partsOf } from "#js/composer/attached_text.js";
import { beginningOf, sizeOf } from "#js/composer/attachments.js";
import { clone, part, setText } from "#js/ui/markup.js";

/** @type {WeakMap<HTMLElement, string>} the content that each bubble shows */
const drawn = new WeakMap();

/**
 * @param {HTMLElement} bubble
 * @param {string} content
 * @returns {string} the text that is not folded
 */
export function drawContent(bubble, content) {
  const parts = partsOf(content);
  if (drawn.get(bubble) !== content) draw(bubble, parts);
  drawn.set(bubble, content);
  return parts.filter((each) => typeof each === "string").join("\n\n");
}

/** @param {HTMLElement} bubble @param {ReturnType<typeof partsOf>} parts */
function draw(bubble, parts) {
  const [only = ""] = parts;
  if (parts.length < 2 && typeof only === "string") return setText(bubble, only);
  bubble.replaceChildren(...parts.map((each) => (typeof each === "string" ? each : folded(each))));
}

/** @param {import("#js/composer/attached_text.js").Attached} attached @returns {HTMLElement} */
function folded({ name, text }) {
  const details = clone("attached");
  part(details, "name").textContent = name;
  part(details, "size").textContent = sizeOf(text);
  part(details, "beginning").textContent = beginningOf(text);
  part(details, "text").textContent = text;
  return details;
}
