/** The renderer as the server runs it, in V8: with all libraries, and without a browser. */

import highlighter from "@highlightjs/cdn-assets/es/highlight.min.js";
import dart from "@highlightjs/cdn-assets/es/languages/dart.min.js";
import dockerfile from "@highlightjs/cdn-assets/es/languages/dockerfile.min.js";
import elixir from "@highlightjs/cdn-assets/es/languages/elixir.min.js";
import haskell from "@highlightjs/cdn-assets/es/languages/haskell.min.js";
import julia from "@highlightjs/cdn-assets/es/languages/julia.min.js";
import latex from "@highlightjs/cdn-assets/es/languages/latex.min.js";
import nginx from "@highlightjs/cdn-assets/es/languages/nginx.min.js";
import powershell from "@highlightjs/cdn-assets/es/languages/powershell.min.js";
import protobuf from "@highlightjs/cdn-assets/es/languages/protobuf.min.js";
import scala from "@highlightjs/cdn-assets/es/languages/scala.min.js";
import katex from "katex";

import { rendered, renderedCode } from "#js/markdown/rendering.js";

export { setReferences } from "#js/markdown/references.js";

/** @typedef {import("#js/markdown/context.js").Labels} Labels */

const GRAMMARS = {
  dart,
  dockerfile,
  elixir,
  haskell,
  julia,
  latex,
  nginx,
  powershell,
  protobuf,
  scala,
};
for (const [name, grammar] of Object.entries(GRAMMARS)) highlighter.registerLanguage(name, grammar);

export const LIBRARIES = { katex, highlighter };

/**
 * @param {string} text
 * @param {Labels} labels
 * @param {boolean} isBare whether formulas and code stay as they are written, which takes less time
 */
export function render(text, labels, isBare) {
  return rendered(text, labels, isBare ? null : LIBRARIES);
}

/** @param {string} text @param {string} language */
export function renderCode(text, language) {
  return renderedCode(text, language, LIBRARIES);
}
