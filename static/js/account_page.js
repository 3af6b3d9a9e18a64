/** The moments on the page in the reader's time zone; the site writes them in UTC. */

import { momentName } from "#js/dates.js";

const now = new Date();
for (const moment of document.querySelectorAll("time[data-local]")) {
  const date = new Date(/** @type {HTMLTimeElement} */ (moment).dateTime);
  moment.textContent = momentName(date, now, document.documentElement.lang);
}
