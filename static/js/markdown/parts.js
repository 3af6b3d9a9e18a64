/** The rendered tokens of a message, and the update of the page to new tokens. */

/**
 * @typedef {import("#js/markdown/lexer.js").Token} Token
 * @typedef {import("#js/markdown/context.js").PageContext} Context
 *
 * @typedef {object} Part a rendered token
 * @property {string} type
 * @property {string} raw the source it was made from
 * @property {string} [text] of a code block, as it is shown
 * @property {string} shape a part of another shape must be rendered again
 * @property {HTMLElement | null} node null for a token without a node
 * @property {boolean} open whether the end of the message changes it although its source stays
 * @property {boolean} [isUndecided] whether what comes next may change it although its source stays
 * @property {boolean} [unfinished] whether the time ran out before it was complete
 * @property {Part[]} [parts]
 *
 * @typedef {(token: Token, context: Context, old?: Part) => Part} Render
 */

/** @param {Token} token @returns {string} */
export function shapeOf(token) {
  switch (token.type) {
    case "list":
      return `${token.ordered} ${token.start} ${token.loose} ${token.direction}`;
    case "table":
      return JSON.stringify([token.align, token.direction, cellShapes(token.header)]);
    case "table_row":
      return JSON.stringify(cellShapes(token.cells));
    case "blockquote":
      return `${token.direction}`;
    case "code":
      return `${token.lang} ${token.codeBlockStyle}`;
    case "list_item":
      return `${token.loose} ${token.direction}`;
    default:
      return `${token.direction}`;
  }
}

/**
 * Updates `parts`, the children of `parent`, to `tokens`, as far as the time allows; always at
 * least one token.
 *
 * @param {HTMLElement} parent
 * @param {Part[]} parts
 * @param {Token[]} tokens
 * @param {Context} context
 * @param {Render} render
 * @returns {boolean} whether all is shown
 */
export function reconcile(parent, parts, tokens, context, render) {
  for (const [index, token] of tokens.entries()) {
    if (isShownBy(parts[index], token, context)) continue;
    place(parent, parts, index, render(token, context, parts[index]));
    if (parts[index].unfinished) return false;
    if (performance.now() > context.until && index < tokens.length - 1) return false;
  }
  removeFrom(parts, tokens.length);
  return true;
}

/**
 * @param {Part | undefined} part
 * @param {Token} token
 * @param {Context} context
 * @returns {boolean}
 */
export function isShownBy(part, token, context) {
  if (!part || part.type !== token.type || part.raw !== token.raw) return false;
  if (part.unfinished || Boolean(part.isUndecided) !== Boolean(token.isUndecided)) return false;
  return part.shape === shapeOf(token) && !(context.final && part.open);
}

/**
 * Places a part among the children of `parent`.
 *
 * @param {HTMLElement} parent
 * @param {Part[]} parts
 * @param {number} index
 * @param {Part} part
 */
export function place(parent, parts, index, part) {
  const old = parts[index]?.node;
  parts[index] = part;
  if (old === part.node) return;
  if (part.node) {
    const next = parts.slice(index + 1).find((each) => each.node)?.node;
    if (old) old.replaceWith(part.node);
    else parent.insertBefore(part.node, next?.parentNode === parent ? next : null);
  } else {
    old?.remove();
  }
}

/** @param {Part[]} parts @param {number} count how many stay */
export function removeFrom(parts, count) {
  for (const part of parts.splice(count)) part.node?.remove();
}

/** @param {Token[]} cells */
function cellShapes(cells) {
  return cells.map(({ text, direction, isUndecided }) => [text, direction, isUndecided]);
}
