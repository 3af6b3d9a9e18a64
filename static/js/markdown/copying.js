/** The button that copies a block of code. */

const CONFIRMED_MS = 2_000;

/**
 * One listener for all the code blocks inside `root`, also those to come. When code was copied,
 * `root` dispatches `code-copied`, for whoever announces it.
 *
 * @param {HTMLElement} root
 * @param {import("#js/markdown/blocks.js").Labels} labels
 */
export function copyOnClick(root, labels) {
  root.addEventListener("click", async ({ target }) => {
    const button = target instanceof Element && target.closest(".copy-code");
    const code = button && button.closest(".code-block")?.querySelector("code");
    if (!button || !code || !(await copied(code))) return;
    button.textContent = labels.copied;
    setTimeout(() => (button.textContent = labels.copy), CONFIRMED_MS);
    root.dispatchEvent(new CustomEvent("code-copied", { bubbles: true }));
  });
}

/** @param {HTMLElement} code @returns {Promise<boolean>} whether it was copied */
async function copied(code) {
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    return true;
  } catch {
    return copiedSelection(code);
  }
}

/**
 * The older way: a page served over plain http has no clipboard object.
 *
 * @param {HTMLElement} code
 * @returns {boolean}
 */
function copiedSelection(code) {
  getSelection()?.selectAllChildren(code);
  return document.execCommand("copy");
}
