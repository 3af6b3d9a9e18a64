/** JSON as a tree that grows while it is read. A complete part is not drawn again. */

import { clone, part, setText } from "#js/ui/markup.js";
import { count, word } from "#js/ui/words.js";

/** @typedef {import("#js/json/reader.js").JsonNode} JsonNode */

// A complete list with this many members or more is folded at first.
const FOLDED_FROM = 100;

/** @param {JsonNode} node @param {string | number | null} key @returns {Branch | Leaf} */
export function viewOf(node, key) {
  const isLeaf = node.type === "string" || node.type === "literal";
  return isLeaf ? new Leaf(node, key) : new Branch(node, key);
}

class Branch {
  element = clone("json-branch");
  #node;
  /** @type {(Branch | Leaf)[]} */
  #children = [];
  #isDone = false;

  /** @param {JsonNode} node @param {string | number | null} key */
  constructor(node, key) {
    this.#node = node;
    writeKey(this.element, key);
  }

  update() {
    if (this.#isDone) return;
    const { entries, type, open } = this.#node;
    this.#children.at(-1)?.update();
    const box = part(this.element, "children");
    for (let index = this.#children.length; index < entries.length; index += 1) {
      const child = viewOf(entries[index].node, entries[index].key ?? index);
      child.update();
      this.#children.push(child);
      box.append(child.element);
    }
    const name = type === "array" ? "json-items" : "json-members";
    const one = entries.length === 1 ? "-one" : "";
    setText(part(this.element, "count"), word(name + one, { count: count(entries.length) }));
    this.#isDone = !open;
    if (this.#isDone && entries.length >= FOLDED_FROM) this.element.removeAttribute("open");
  }
}

class Leaf {
  element = clone("json-leaf");
  #node;

  /** @param {JsonNode} node @param {string | number | null} key */
  constructor(node, key) {
    this.#node = node;
    writeKey(this.element, key);
    part(this.element, "value").classList.add(`is-${node.type}`);
  }

  update() {
    setText(part(this.element, "value"), this.#node.text);
  }
}

/** @param {HTMLElement} element @param {string | number | null} key */
function writeKey(element, key) {
  const label = part(element, "key");
  label.hidden = key === null;
  label.textContent = String(key ?? "");
  label.classList.toggle("is-index", typeof key === "number");
}
