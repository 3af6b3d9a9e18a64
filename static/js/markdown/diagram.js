/** Draws a mermaid code block as a picture, in a sandboxed frame, when it comes near the window. */

import { element } from "#js/markdown/nodes.js";

const ADDRESS = "/diagram-frame/";
const NEAR = "400px";
const HIGHEST_PX = 2_000;
// A diagram that takes longer than this stays as its source.
const TIMEOUT_MS = 20_000;

/**
 * @param {HTMLElement} block the code block, in the page
 * @param {string} source
 * @param {import("#js/markdown/context.js").Labels} labels
 */
export function diagramIn(block, source, labels) {
  const near = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      near.disconnect();
      draw(block, source, labels);
    },
    { rootMargin: NEAR },
  );
  near.observe(block);
}

/**
 * @param {HTMLElement} block
 * @param {string} source
 * @param {import("#js/markdown/context.js").Labels} labels
 */
function draw(block, source, labels) {
  const frame = element("iframe", {
    class: "diagram",
    sandbox: "allow-scripts",
    src: ADDRESS,
    title: labels.diagram,
  });
  const timeout = setTimeout(() => end(0), TIMEOUT_MS);

  /** @param {MessageEvent} event */
  function received({ source: sender, data }) {
    if (sender !== frame.contentWindow) return;
    // The sandboxed frame has an opaque origin, so the target cannot be named.
    if (data?.isReady === true) frame.contentWindow?.postMessage({ source, isDark: isDark() }, "*");
    else if (typeof data?.height === "number") end(data.height);
  }

  /** @param {number} height 0 if nothing was drawn: the source stays */
  function end(height) {
    clearTimeout(timeout);
    removeEventListener("message", received);
    if (!(height > 0)) return frame.remove();
    frame.style.height = `${Math.min(height, HIGHEST_PX)}px`;
    block.classList.add("has-diagram");
    block.querySelector(".code-header")?.append(sourceButton(block, labels));
  }

  addEventListener("message", received);
  block.append(frame);
}

/** @param {HTMLElement} block @param {import("#js/markdown/context.js").Labels} labels */
function sourceButton(block, labels) {
  const attributes = { type: "button", class: "show-source", "aria-pressed": "false" };
  const button = element("button", attributes, labels.showSource);
  button.addEventListener("click", () => {
    const shown = block.classList.toggle("shows-source");
    button.setAttribute("aria-pressed", String(shown));
  });
  return button;
}

/** @returns {boolean} */
function isDark() {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
