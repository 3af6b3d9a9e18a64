/** The time of a message: beside its buttons, and in its heading for screen readers. */

import { exactName, timeName } from "#js/ui/dates.js";
import { part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/**
 * @param {HTMLElement} element of the message
 * @param {import("#js/state/records.js").Message} message
 */
export function drawTime(element, { created_at = "" }) {
  const time = part(element, "time");
  setHidden(time, created_at === "");
  // Formatting is slow, and an answer is drawn many times a second.
  if (created_at === "" || time.dateTime === created_at) return;
  const [date, language] = [new Date(created_at), document.documentElement.lang];
  time.dateTime = created_at;
  time.title = exactName(date, { dateStyle: "full", timeStyle: "short" }, language);
  setText(time, timeName(date, new Date(), language));
}

/**
 * @param {HTMLElement} element of the message
 * @param {string} name of who wrote it
 * @returns {string} with its time
 */
export function headingText(element, name) {
  const time = part(element, "time");
  return time.hidden ? name : word("message-at", { name, time: time.textContent });
}
