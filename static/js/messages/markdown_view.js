/** Rendered Markdown with labels in the user's language. */

import { MarkdownView } from "#js/markdown/view.js";
import { announce } from "#js/ui/status.js";
import { word } from "#js/ui/words.js";

/** @param {HTMLElement} root @returns {MarkdownView} */
export function markdownView(root) {
  const labels = {
    copy: word("copy"),
    copyCode: word("copy-code"),
    copied: word("copied"),
    wrap: word("wrap"),
    wrapCode: word("wrap-code"),
    image: word("image"),
    table: word("table"),
    done: word("task-done"),
    open: word("task-open"),
    diagram: word("diagram"),
    showSource: word("diagram-source"),
    enlarge: word("diagram-enlarge"),
  };
  return new MarkdownView(root, labels, () => announce("copied"));
}
