/** A block of mermaid as a picture, drawn in a frame that can do nothing else, once it is near. */

import { element } from "#js/markdown/nodes.js";

const ADDRESS = "/diagram-frame/";
const NEAR = "400px";
const HIGHEST_PX = 2_000;
// What takes longer than this is no diagram for a conversation.
const PATIENCE_MS = 20_000;

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
  const patience = setTimeout(() => end(0), PATIENCE_MS);

  /** @param {MessageEvent} event */
  function heard({ source: sender, data }) {
    if (sender !== frame.contentWindow) return;
    // The frame has no origin that could be named here.
    if (data?.isReady === true) frame.contentWindow?.postMessage({ source, isDark: isDark() }, "*");
    else if (typeof data?.height === "number") end(data.height);
  }

  /** @param {number} height 0 where nothing was drawn: then the source stays */
  function end(height) {
    clearTimeout(patience);
    removeEventListener("message", heard);
    if (!(height > 0)) return frame.remove();
    frame.style.height = `${Math.min(height, HIGHEST_PX)}px`;
    block.classList.add("has-diagram");
    block.querySelector(".code-header")?.append(sourceButton(block, labels));
  }

  addEventListener("message", heard);
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
