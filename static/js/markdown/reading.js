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
 * @typedef {import("marked").Lexer & {isOpen: boolean,
 *   emphasis: (masked: string) => Map<number, Enclosed>}} Reader the lexer, as its tokenizers see
 *   it: `isOpen` says whether what is being read may go on, `emphasis` what is enclosed in it, by
 *   the place of the opening delimiter
 */

export {};
