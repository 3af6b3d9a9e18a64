/** The little of a document that the writer of nodes needs, and trees of what it has written. */

class PlainNode {
  style = { cssText: "" };
  children = [];
  attributes = {};

  constructor(namespace, name) {
    this.namespace = namespace;
    this.name = name;
  }

  setAttribute(name, value) {
    this.attributes[name] = value;
  }

  append(child) {
    this.children.push(child);
  }
}

export const plainDocument = {
  createElementNS: (namespace, name) => new PlainNode(namespace, name),
};

/** A node as name, attributes and children; the style is an attribute again. */
export function plainTree(node) {
  if (typeof node === "string") return node;
  const { cssText } = node.style;
  const attributes = cssText ? { ...node.attributes, style: cssText } : node.attributes;
  return [node.name, attributes, node.children.map(plainTree)];
}
