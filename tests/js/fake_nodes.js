/** Nodes as drawn messages have them, without a browser. */

/** @param {string} data */
export const text = (data) => ({ nodeType: 3, data, childNodes: [] });

/** @param {string} localName @param {Record<string, string>} attributes */
export function node(localName, attributes = {}, ...children) {
  return {
    nodeType: 1,
    localName,
    childNodes: children.map((child) => (typeof child === "string" ? text(child) : child)),
    getAttribute: (name) => attributes[name] ?? null,
  };
}

/** A formula as KaTeX draws it: once as MathML and once for the eyes. */
export function formula(source, display = false) {
  const katex = node(
    "span",
    { class: "katex" },
    node(
      "span",
      { class: "katex-mathml" },
      node("math", {}, node("semantics", {}, node("mi", {}, "x"), node("annotation", {}, source))),
    ),
    node("span", { class: "katex-html", "aria-hidden": "true" }, "x"),
  );
  return display
    ? node("div", { class: "math math-display" }, node("span", { class: "katex-display" }, katex))
    : node("span", { class: "math" }, katex);
}

/** A code block with its bar. */
export function code(language, ...pieces) {
  return node(
    "div",
    { class: "code-block" },
    node(
      "div",
      { class: "code-header" },
      node("span", { class: "code-language" }, language),
      node("button", { type: "button" }, "Wrap"),
      node("button", { type: "button" }, "Copy"),
    ),
    node("pre", { tabindex: "0" }, node("code", {}, ...pieces)),
    node("iframe", { title: "Diagram" }),
  );
}
