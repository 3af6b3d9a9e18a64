/** Dates in the time zone of the browser: groups of the conversation list, names of times. */

const DAY_MS = 24 * 60 * 60 * 1000;

/** Hours count to 24 on every page, whatever the language: a time reads the same everywhere. */
const HOURS = /** @type {const} */ ({ hourCycle: "h23" });

/**
 * The name of the group: `today`, `yesterday`, `week`, `month`, or the month as "2026-11".
 *
 * @param {Date} date
 * @param {Date} now
 * @returns {string}
 */
export function groupOf(date, now) {
  const days = Math.round((midnight(now) - midnight(date)) / DAY_MS);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  if (days <= 7) return "week";
  if (days <= 30) return "month";
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}`;
}

/**
 * "October 2026" for a group named "2026-10".
 *
 * @param {string} group
 * @param {string} language
 * @returns {string}
 */
export function monthName(group, language) {
  const [year, month] = group.split("-").map(Number);
  const format = new Intl.DateTimeFormat(language, { month: "long", year: "numeric" });
  return format.format(new Date(year, month - 1, 1));
}

/**
 * A time in the future: "14:00", or "1 December" if it is more than a day away.
 *
 * @param {Date} date
 * @param {Date} now
 * @param {string} language
 * @returns {string}
 */
export function momentName(date, now, language) {
  const isSoon = date.getTime() - now.getTime() <= DAY_MS;
  /** @type {Intl.DateTimeFormatOptions} */
  const fields = isSoon
    ? { hour: "2-digit", minute: "2-digit", ...HOURS }
    : { day: "numeric", month: "long" };
  return new Intl.DateTimeFormat(language, fields).format(date);
}

/**
 * A time in the past: "14:02" of today, "29 Nov, 14:02" of another day, with the year if it is
 * another one.
 *
 * @param {Date} date
 * @param {Date} now
 * @param {string} language
 * @returns {string}
 */
export function timeName(date, now, language) {
  /** @type {Intl.DateTimeFormatOptions} */
  const fields = { hour: "2-digit", minute: "2-digit", ...HOURS };
  if (midnight(date) !== midnight(now)) Object.assign(fields, { day: "numeric", month: "short" });
  if (date.getFullYear() !== now.getFullYear()) fields.year = "numeric";
  return new Intl.DateTimeFormat(language, fields).format(date);
}

/**
 * A date, its time, or both in full: "Nov 30, 2026, 14:02".
 *
 * @param {Date} date
 * @param {Intl.DateTimeFormatOptions} styles
 * @param {string} language
 * @returns {string}
 */
export function exactName(date, styles, language) {
  return new Intl.DateTimeFormat(language, { ...styles, ...HOURS }).format(date);
}

// Days on which the clock changes have 23 or 25 hours, hence the rounding above.
/** @param {Date} date @returns {number} */
function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
