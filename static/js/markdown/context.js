/**
 * The types that the modules of the renderer share.
 *
 * @typedef {import("#js/markdown/lexer.js").Lexed} Lexed
 *
 * @typedef {object} Labels the labels in the rendered text, in the user's language
 * @property {string} copy the visible text of the button
 * @property {string} copyCode its accessible name
 * @property {string} copied
 * @property {string} wrap the visible text of the switch
 * @property {string} wrapCode its accessible name
 * @property {string} image
 * @property {string} table
 * @property {string} done
 * @property {string} open
 * @property {string} diagram
 * @property {string} showSource
 * @property {string} enlarge
 *
 * @typedef {{kind: "math", node: HTMLElement, source: string, display: boolean}
 *   | {kind: "code", node: HTMLElement, source: string, language: string}
 *   | {kind: "diagram", node: HTMLElement, source: string, labels: Labels}} Finish work that
 *   is left for a node until its library is loaded
 *
 * @typedef {object} Context
 * @property {Lexed} lexed
 * @property {Labels} labels
 * @property {boolean} final whether the message is complete
 * @property {number} until the time at which this frame must end
 * @property {boolean} [literal] whether `&` is plain text
 * @property {boolean} [hasOpenCode] set if a code block is still streaming
 * @property {Finish[]} finishing
 */

export {};
