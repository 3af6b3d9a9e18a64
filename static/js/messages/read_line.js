/** The line that is being read: the smallest block at the top of the log's window. */

const DEEPEST = 8;

/**
 * @param {Element} scroller
 * @param {Element} content
 * @returns {Element | null}
 */
export function lineReadIn(scroller, content) {
  const edge = scroller.getBoundingClientRect().top;
  let line = childBelow(content, edge);
  for (let depth = 0; line && depth < DEEPEST; depth += 1) {
    if (line.getBoundingClientRect().top >= edge) break;
    line = childBelow(line, edge) ?? line;
  }
  return line;
}

/** @param {Element} parent @param {number} edge @returns {Element | null} the first that ends below */
function childBelow(parent, edge) {
  for (const child of parent.children) {
    const { bottom, height } = child.getBoundingClientRect();
    if (height > 0 && bottom > edge) return child;
  }
  return null;
}
