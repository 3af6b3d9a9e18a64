/** The button that copies a code block. */

import { copy } from "#js/ui/clipboard.js";

const CONFIRMED_MS = 2_000;

/**
 * Adds one listener for all the code blocks inside `root`, also those to come.
 *
 * @param {HTMLElement} root
 * @param {import("#js/markdown/context.js").Labels} labels
 * @param {() => void} onCopied
 */
export function copyOnClick(root, labels, onCopied) {
  root.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element && target.closest(".copy-code");
    const code = button ? button.closest(".code-block")?.querySelector("code") : null;
    if (!button || !code || !(await copy(code.textContent ?? ""))) return;
    button.textContent = labels.copied;
    setTimeout(() => (button.textContent = labels.copy), CONFIRMED_MS);
    onCopied();
  });
}
