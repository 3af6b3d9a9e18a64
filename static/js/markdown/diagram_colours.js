/** The colours of the page's theme, for diagrams, whose frame does not have the page's styles. */

const NAMES = /** @type {const} */ ([
  "surface-raised",
  "surface-sunken",
  "bubble",
  "text",
  "text-muted",
  "line",
  "line-strong",
  "accent",
  "caution",
  "caution-surface",
  "negative",
  "code-surface",
  "code-keyword",
  "code-string",
  "code-number",
  "code-name",
]);

/** @returns {Record<string, string>} each colour as `rgb(…)` by its name, as it is shown now */
export function themeColours() {
  const probe = document.createElement("span");
  document.body.append(probe);
  const colours = NAMES.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours);
}

/** @param {() => void} changed called when the theme of the page or of the machine has changed */
export function onThemeChange(changed) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, {
    attributeFilter: ["class", "data-theme", "style"],
  });
}
