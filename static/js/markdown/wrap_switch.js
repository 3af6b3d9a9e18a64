/**
 * The switch that wraps the long lines of code: one for all the code of the page, remembered by the
 * browser.
 */

const STORED_AS = "wraps-code";
let isRestored = false;

/** @returns {boolean} also where there is no page, as on the server */
export function wrapsCode() {
  return globalThis.document?.documentElement.hasAttribute("data-wraps-code") ?? false;
}

/**
 * Adds one listener for all the code blocks inside `root`, also those to come.
 *
 * @param {HTMLElement} root
 */
export function wrapOnClick(root) {
  if (!isRestored) setWrapping(stored()?.getItem(STORED_AS) === "yes");
  isRestored = true;
  root.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest(".wrap-code");
    if (button) keepingPlace(button, () => change(!wrapsCode()));
  });
}

/** @param {boolean} wraps */
function change(wraps) {
  setWrapping(wraps);
  for (const button of document.querySelectorAll(".wrap-code")) {
    button.setAttribute("aria-pressed", String(wraps));
  }
  stored()?.setItem(STORED_AS, wraps ? "yes" : "no");
}

/** @param {boolean} wraps */
function setWrapping(wraps) {
  document.documentElement.toggleAttribute("data-wraps-code", wraps);
}

/**
 * Makes a change that moves what stands above `element`, and leaves it where it is in the window.
 *
 * @param {Element} element
 * @param {() => void} change
 */
function keepingPlace(element, change) {
  const before = element.getBoundingClientRect().top;
  change();
  const moved = element.getBoundingClientRect().top - before;
  element.closest(".log-scroller")?.scrollBy(0, moved);
}

/** @returns {Storage | null} null where the browser blocks it */
function stored() {
  try {
    return globalThis.localStorage ?? null;
  } catch {
    return null;
  }
}
