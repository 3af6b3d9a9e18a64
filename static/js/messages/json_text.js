/** A text that may be JSON: a tree where it is an object or a list, else the text as it is. */

import { JsonReader } from "#js/json/reader.js";
import { viewOf } from "#js/json/tree_view.js";
import { part, setHidden, setText } from "#js/ui/markup.js";

// A tree of more has too many elements to be opened at once.
const LONGEST_TREE = 50_000;

export class JsonText {
  #root;
  #reader = new JsonReader();
  /** @type {ReturnType<typeof viewOf> | null} */
  #view = null;
  #drawn = "";

  /** @param {HTMLElement} root with the parts `tree` and `text` */
  constructor(root) {
    this.#root = root;
  }

  /**
   * @param {string} text the whole text so far
   * @param {boolean} isTree whether it is JSON, as far as it has come
   */
  update(text, isTree) {
    if (!text.startsWith(this.#drawn)) this.#begin();
    this.#drawn = text;
    const isShown = isTree && text.length <= LONGEST_TREE && this.#read(text);
    setHidden(part(this.#root, "tree"), !isShown);
    setHidden(part(this.#root, "text"), isShown);
    setText(part(this.#root, "text"), isShown ? "" : text);
  }

  /** Starts again, because the text was replaced. */
  #begin() {
    this.#reader = new JsonReader();
    this.#view?.element.remove();
    this.#view = null;
  }

  /** @param {string} text @returns {boolean} whether the tree shows it */
  #read(text) {
    this.#reader.update(text);
    const { root, isTooDeep } = this.#reader;
    if (!root || isTooDeep) return false;
    if (!this.#view) {
      this.#view = viewOf(root, null);
      part(this.#root, "tree").append(this.#view.element);
    }
    this.#view.update();
    return true;
  }
}

/** @param {string} text @returns {boolean} whether it is a JSON object or list, and nothing else */
export function isJson(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null;
  } catch {
    return false;
  }
}
