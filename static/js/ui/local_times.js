/** The moments on a page in the reader's time zone; the site writes them in UTC. */

import { momentName } from "#js/ui/dates.js";

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const EXACT = {
  day: { dateStyle: "medium" },
  minute: { dateStyle: "medium", timeStyle: "short" },
};

/** Writes each `<time data-local>` anew; "day" and "minute" say how exactly, "" a moment to come. */
export function drawLocalTimes() {
  const now = new Date();
  for (const moment of document.querySelectorAll("time[data-local]")) {
    const { dateTime, dataset } = /** @type {HTMLTimeElement} */ (moment);
    moment.textContent = inWords(new Date(dateTime), now, dataset.local ?? "");
  }
}

/** @param {Date} date @param {Date} now @param {string} exactness */
function inWords(date, now, exactness) {
  const language = document.documentElement.lang;
  const options = EXACT[exactness];
  return options ? date.toLocaleString(language, options) : momentName(date, now, language);
}
