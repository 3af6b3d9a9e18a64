/** A block that is on the page and grows: what stays the same in it is neither made nor laid out anew. */

const PLAIN = "p, h2, h3, h4, h5, h6, li";
// What is still to be typeset or coloured, which is done to the very node that was made for it.
const UNFINISHED = ".math, .code-block";

/**
 * Makes one element show what another does, as long as they differ in what they hold alone.
 *
 * @param {HTMLElement} shown on the page
 * @param {HTMLElement} wanted in no document; it loses what `shown` takes over
 * @returns {boolean} whether `shown` shows it
 */
export function updateInPlace(shown, wanted) {
  if (!shown.matches(PLAIN) || !shown.cloneNode().isEqualNode(wanted.cloneNode())) return false;
  const [old, now] = [[...shown.childNodes], [...wanted.childNodes]];
  let same = 0;
  while (same < old.length && same < now.length && isKept(old[same], now[same])) same += 1;
  for (const node of old.slice(same)) node.remove();
  shown.append(...now.slice(same));
  return true;
}

/**
 * @param {ChildNode} old text that goes on is made longer
 * @param {ChildNode} now
 */
function isKept(old, now) {
  if (old instanceof Element)
    return old.isEqualNode(now) && isFinished(/** @type {Element} */ (now));
  if (!(old instanceof Text && now instanceof Text)) return false;
  if (!now.data.startsWith(old.data)) return false;
  if (now.length > old.length) old.appendData(now.data.slice(old.length));
  return true;
}

/** @param {Element} node */
function isFinished(node) {
  return !node.matches(UNFINISHED) && !node.querySelector(UNFINISHED);
}
