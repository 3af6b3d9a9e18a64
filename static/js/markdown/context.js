/**
 * The types that the modules of the renderer share.
 *
 * @typedef {import("#js/markdown/lexer.js").Lexed} Lexed
 * @typedef {import("#js/markdown/dom_writer.js").Finish} Finish
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
 * @typedef {object} Context what a tree is made with
 * @property {Lexed} lexed
 * @property {Labels} labels
 * @property {boolean} final whether the message is complete
 * @property {boolean} hasScript whether buttons would do something where it is shown
 * @property {boolean} [inLink] whether it is inside of a link, which can have no other in it
 * @property {boolean} [literal] whether `&` is plain text
 * @property {boolean} [hasOpenCode] set if a code block is still streaming
 *
 * @typedef {Context & {until: number, finishing: Finish[]}} PageContext the same for a frame of the
 *   page: the time at which it must end, and the work that is left for its nodes
 */

export {};
