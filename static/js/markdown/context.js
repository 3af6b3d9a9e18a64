/**
 * The types that the modules of the renderer share.
 *
 * @typedef {import("#js/markdown/lexer.js").Lexed} Lexed
 *
 * @typedef {object} Labels the words of the page, in the reader's language
 * @property {string} copy the visible word on the button
 * @property {string} copyCode its accessible name
 * @property {string} copied
 * @property {string} image
 * @property {string} table
 * @property {string} done
 * @property {string} open
 * @property {string} diagram
 * @property {string} showSource
 *
 * @typedef {{kind: "math", node: HTMLElement, source: string, display: boolean}
 *   | {kind: "code", node: HTMLElement, source: string, language: string}
 *   | {kind: "diagram", node: HTMLElement, source: string, labels: Labels}} Finish what is still to
 *   be done to a node once its library is there
 *
 * @typedef {object} Context
 * @property {Lexed} lexed
 * @property {Labels} labels
 * @property {boolean} final whether the message is complete
 * @property {number} until the time at which the page needs its frame
 * @property {boolean} [literal] whether `&` means itself
 * @property {boolean} [hasOpenCode] set where a code block is still being written
 * @property {Finish[]} finishing
 */

export {};
