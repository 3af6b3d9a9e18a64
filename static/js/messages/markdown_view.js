/** Rendered Markdown with its labels in the reader's language. */

import { MarkdownView } from "#js/markdown/view.js";
import { say } from "#js/ui/status.js";
import { word } from "#js/ui/words.js";

/** @param {HTMLElement} root @returns {MarkdownView} */
export function markdownView(root) {
  const labels = {
    copy: word("copy"),
    copyCode: word("copy-code"),
    copied: word("copied"),
    image: word("image"),
    table: word("table"),
    done: word("task-done"),
    open: word("task-open"),
    diagram: word("diagram"),
    showSource: word("diagram-source"),
  };
  return new MarkdownView(root, labels, () => say("copied"));
}
