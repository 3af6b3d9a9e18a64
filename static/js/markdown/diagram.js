/** Draws a mermaid code block as a picture, in a sandboxed frame, when it comes near the window. */

import { enlarge } from "#js/markdown/diagram_dialog.js";
import { DiagramFrame } from "#js/markdown/diagram_frame.js";
import { element } from "#js/markdown/nodes.js";

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
  const { element: frame } = new DiagramFrame({ source, title: labels.diagram, sized });
  const timeout = setTimeout(() => sized({ height: 0 }), TIMEOUT_MS);

  /** @param {{height: number}} size */
  function sized({ height }) {
    clearTimeout(timeout);
    // A frame that is hidden behind its source has no height.
    if (block.classList.contains("shows-source")) return;
    if (!(height > 0)) return frame.remove();
    frame.style.height = `${Math.min(height, HIGHEST_PX)}px`;
    if (!block.classList.contains("has-diagram")) addButtons(block, source, labels);
  }

  block.append(frame);
}

/**
 * @param {HTMLElement} block which has its diagram from here on
 * @param {string} source
 * @param {import("#js/markdown/context.js").Labels} labels
 */
function addButtons(block, source, labels) {
  block.classList.add("has-diagram");
  const shown = button("show-source", labels.showSource);
  shown.setAttribute("aria-pressed", "false");
  shown.addEventListener("click", () => {
    const shows = block.classList.toggle("shows-source");
    shown.setAttribute("aria-pressed", String(shows));
  });
  const larger = button("enlarge", labels.enlarge);
  larger.addEventListener("click", () => enlarge(source, labels.diagram));
  block.querySelector(".copy-code")?.before(larger, shown);
}

/** @param {string} name @param {string} label */
function button(name, label) {
  return element("button", { type: "button", class: name }, label);
}
