/**
 * Code in pieces of 25 lines. The browser lays out only the pieces near the window, so a long block
 * costs no more than a short one while it streams.
 */

import { appendCharacterData, element } from "#js/markdown/nodes.js";

// markdown_code.css contains the height of this many lines.
const LINES = 25;
const LINE = /[^\n]*\n|[^\n]+/g;

export class CodeLines {
  #code;
  /** @type {HTMLElement} */
  #piece;
  #lines;
  /** @type {HTMLElement[]} the spans that are open, from the outermost */
  #open = [];

  /** @param {ParentNode} code may contain plain text already, which is continued */
  constructor(code) {
    this.#code = code;
    this.#piece = /** @type {HTMLElement} */ (code.lastElementChild ?? this.#begin());
    this.#lines = this.#piece.textContent?.match(/\n/g)?.length ?? 0;
  }

  /** @param {string} text to append */
  write(text) {
    for (const line of text.match(LINE) ?? []) {
      if (this.#lines === LINES) this.#continue();
      appendCharacterData(this.#open.at(-1) ?? this.#piece, line);
      if (line.endsWith("\n")) this.#lines += 1;
    }
  }

  /** @param {string} classes of a span around the text until `close` */
  open(classes) {
    const span = element("span", { class: classes });
    (this.#open.at(-1) ?? this.#piece).append(span);
    this.#open.push(span);
  }

  close() {
    this.#open.pop();
  }

  /** Begins the next piece, and reopens the open spans in it. */
  #continue() {
    const classes = this.#open.splice(0).map((span) => span.className);
    this.#piece = this.#begin();
    this.#lines = 0;
    for (const each of classes) this.open(each);
  }

  #begin() {
    const piece = element("span", { class: "code-lines" });
    this.#code.append(piece);
    return piece;
  }
}
