/** The text of trees as a reader sees it, in which masked strings are looked for. */

/** @typedef {import("#js/markdown/tree.js").Tree} Tree */

// Attributes whose values come from the text; the values of all others are ours.
const ATTRIBUTES = ["href", "title"];
// The parts of a formula are read as one word, like those of highlighted code.
const INLINE = /^(?:a|code|del|em|span|strong|m[a-z]+|semantics|annotation)$/;

/** @param {Tree[]} trees @returns {string} the text across elements, then those attributes */
export function visibleText(trees) {
  /** @type {string[]} */
  const attributes = [];
  return [textOf(trees, attributes), ...attributes].join("\n");
}

/** @param {Tree[]} trees @param {string[]} attributes @returns {string} */
function textOf(trees, attributes) {
  return trees
    .map((tree) => {
      if (typeof tree === "string") return tree;
      // A gap in a formula. KaTeX draws each formula twice, and only its MathML says so: "z\\,q" is
      // one word in the other.
      if (tree.name === "mspace") return " ";
      attributes.push(...ATTRIBUTES.map((name) => tree.attributes[name]).filter(Boolean));
      const text = textOf(tree.children, attributes);
      return INLINE.test(tree.name) ? text : `\n${text}\n`;
    })
    .join("");
}
