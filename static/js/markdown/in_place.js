/** Updates a block on the page without replacing the nodes that stay the same. */

const PLAIN = "p, h2, h3, h4, h5, h6, li";
// Nodes that wait to be typeset or coloured. The finisher has a reference to the new node.
const UNFINISHED = ".math, .code-block";

/**
 * Updates `shown` to the content of `wanted`, if they differ only in their child nodes.
 *
 * @param {HTMLElement} shown on the page
 * @param {HTMLElement} wanted not in the document; its new child nodes move to `shown`
 * @returns {boolean} whether `shown` was updated
 */
export function updateInPlace(shown, wanted) {
  if (!shown.matches(PLAIN) || !shown.cloneNode().isEqualNode(wanted.cloneNode())) return false;
  const [old, now] = [[...shown.childNodes], [...wanted.childNodes]];
  let same = 0;
  while (same < old.length && same < now.length && isSame(old[same], now[same])) same += 1;
  for (const node of old.slice(same)) node.remove();
  shown.append(...now.slice(same));
  return true;
}

/**
 * @param {ChildNode} old a text node that grew is extended
 * @param {ChildNode} now
 */
function isSame(old, now) {
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
