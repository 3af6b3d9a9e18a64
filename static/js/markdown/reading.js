/**
 * The types that the modules of the grammar share.
 *
 * @typedef {import("marked").Tokens.Generic} Token
 * @typedef {import("marked").Links} Links
 *
 * @typedef {object} Enclosed the place of emphasis, strong or deleted words
 * @property {number} size the length of each of its two delimiters
 * @property {number} end
 *
 * @typedef {object} Reading
 * @property {boolean} isOpen whether the inline source that is being read may go on
 * @property {(source: string) => boolean} mayGoOn whether the message may, of which this is the end
 * @property {(masked: string) => Map<number, Enclosed>} emphasis what is enclosed in the inline
 *   source, by the place of the opening delimiter
 *
 * @typedef {import("marked").Lexer & Reading} Reader the lexer, as its tokenizers see it
 */

export {};
