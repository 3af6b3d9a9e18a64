/**
 * The second line of defence. The renderer creates only the elements and attributes below; if it
 * ever created others, they would be removed here before the page shows them.
 */

import DOMPurify from "dompurify";

const purifier = DOMPurify(window);
purifier.setConfig({
  IN_PLACE: true,
  ALLOWED_TAGS: [
    "a",
    "blockquote",
    "br",
    "button",
    "code",
    "del",
    "div",
    "em",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "input",
    "li",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
    "#text",
  ],
  ALLOWED_ATTR: [
    "align",
    "aria-label",
    "aria-pressed",
    "checked",
    "class",
    "dir",
    "disabled",
    "href",
    "rel",
    "role",
    "start",
    "tabindex",
    "target",
    "title",
    "type",
  ],
  // Of the attributes above only `href` is checked against the pattern below.
  ADD_URI_SAFE_ATTR: [
    "align",
    "checked",
    "dir",
    "disabled",
    "rel",
    "start",
    "tabindex",
    "target",
    "type",
  ],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_DATA_ATTR: false,
});

/** @param {HTMLElement} node not in the page yet */
export function sanitize(node) {
  purifier.sanitize(node, { IN_PLACE: true });
}
