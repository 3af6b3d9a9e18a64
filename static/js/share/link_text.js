/** The terms and the use of a link as sentences: docs/protocol.md, LINK. */

import { momentName } from "#js/ui/dates.js";
import { count, word } from "#js/ui/words.js";

/** @typedef {import("#js/share/links.js").Link} Link */

/**
 * "Anyone with the link can read it until 2 December; 3 of 5 views left."
 *
 * @param {Link} link
 * @param {Date} now
 * @returns {string}
 */
export function sentenceOf(link, now) {
  const who = link.has_passphrase
    ? word("share-with-passphrase", { who: whoOf(link) })
    : whoOf(link);
  const reads = link.expires_at
    ? word("share-reads-until", { who, time: moment(link.expires_at, now) })
    : word("share-reads", { who });
  if (link.max_views === null) return word("share-ends", { reads });
  const left = count(Math.max(0, link.max_views - link.views));
  return word("share-views-left", { reads, left, all: count(link.max_views) });
}

/** @param {Link} link @returns {string} "3 views, last on 25 November" */
export function describeUse({ views, last_viewed_at }) {
  if (!last_viewed_at) return word("share-unseen");
  const time = dayOf(last_viewed_at);
  return views === 1
    ? word("share-seen-once", { time })
    : word("share-seen", { count: count(views), time });
}

/** @param {Link} link @returns {string} */
function whoOf({ audience, usernames, groups }) {
  if (audience !== "named") return word(`share-who-${audience}`);
  const names = [...usernames, ...groups.map(({ name }) => word("share-group", { name }))];
  return new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names);
}

/** @param {string} time @param {Date} now */
function moment(time, now) {
  return momentName(new Date(time), now, document.documentElement.lang);
}

/** @param {string} time */
function dayOf(time) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, {
    day: "numeric",
    month: "long",
  });
  return format.format(new Date(time));
}
