/** Shows the times on a page, which the site writes in UTC, in the browser's time zone. */

import { exactName, momentName } from "#js/ui/dates.js";

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const EXACT = {
  day: { dateStyle: "medium" },
  minute: { dateStyle: "medium", timeStyle: "short" },
  second: { dateStyle: "medium", timeStyle: "medium" },
  time: { timeStyle: "short" },
};

/**
 * Rewrites each `<time data-local>`: to the "day", "minute" or "second", or to the "time" of the day;
 * "" stands for a time in the future.
 */
export function drawLocalTimes() {
  const now = new Date();
  for (const time of document.querySelectorAll("time[data-local]")) {
    const { dateTime, dataset } = /** @type {HTMLTimeElement} */ (time);
    time.textContent = describe(new Date(dateTime), now, dataset.local ?? "");
  }
}

/** @param {Date} date @param {Date} now @param {string} precision */
function describe(date, now, precision) {
  const language = document.documentElement.lang;
  const options = EXACT[precision];
  return options ? exactName(date, options, language) : momentName(date, now, language);
}
