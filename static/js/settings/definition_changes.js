/**
 * The changes to saved definitions that an editor announces.
 *
 * @typedef {import("#js/state/records.js").Definition} Definition
 * @typedef {(all: Definition[]) => Definition | undefined} Find returns the definition if it is
 *   saved
 *
 * @typedef {object} Saved
 * @property {"schema" | "tool"} kind
 * @property {string} name
 * @property {any} definition
 * @property {Find | null} replaces the definition that is renamed
 *
 * @typedef {object} Deleted
 * @property {string} name
 * @property {Find} find
 * @property {(() => void) | null} use sets the parameter again; null where it was not set
 * @property {HTMLElement} next the element that gets the focus afterwards
 */

export {};
