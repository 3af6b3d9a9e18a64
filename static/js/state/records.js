/**
 * The types of the records that the site sends, as docs/protocol.md describes them.
 *
 * @typedef {import("#js/state/transcript.js").Generation} Generation
 *
 * @typedef {object} Message MESSAGE
 * @property {string} id
 * @property {string | null} parent_id
 * @property {"user" | "assistant" | "tool"} role
 * @property {string} content
 * @property {string} [reasoning_content]
 * @property {number | null} [reasoning_ms]
 * @property {import("#js/state/transcript.js").ToolCall[] | null} [tool_calls]
 * @property {string | null} [tool_call_id]
 * @property {Record<string, any> | null} [response_format] of the request for the answer
 * @property {{value: 1 | -1, note: string} | null} [rating]
 * @property {string | null} model
 * @property {string | null} [finish_reason]
 * @property {number} [choice]
 * @property {boolean} [is_deleted]
 * @property {string} [created_at]
 * @property {Generation | null} generation
 * @property {boolean} [pending] drawn before the site has answered
 * @property {boolean} [unloaded] known by its place in the tree alone
 * @property {boolean} [unsent] and while the site cannot be reached
 *
 * @typedef {{parameters: Record<string, any>, system_message: string}} Settings
 * @typedef {Settings & {id: number, name: string, is_default: boolean, is_own: boolean,
 *   prompts: string[]}} Preset `prompts`: first messages that a published one offers
 * @typedef {{id: number, kind: "schema" | "tool", name: string,
 *   definition: Record<string, any>}} Definition
 * @typedef {{definitions: Definition[], presets: Preset[]}} Library what the user has saved
 *
 * @typedef {{id: string, title: string, updated_at: string}} Listed a row of the conversation list
 * @typedef {Listed & {version: number, model: string | null, head_id: string | null,
 *   notice?: string | null, parameters?: Record<string, any>,
 *   system_message?: string}} Conversation CONVERSATION
 *
 * @typedef {object} Allowed the values of a parameter that a model accepts
 * @property {boolean} [whole] whether it must be a whole number
 * @property {number} [low]
 * @property {number} [high]
 * @property {boolean} [open_low] whether `low` itself is left out
 * @property {number[]} [also] values beside the range
 * @property {number | null} [default] that the site sends
 * @property {number | null} [usual] that most servers take where they are sent none
 * @property {number} [most] the number of items that a list can have
 * @property {string[]} [choices] the words of which it is one
 * @property {Record<string, string | null>} [sent_as] other words, and the choice that the model's
 *   server gets for each; null: it gets none
 *
 * @typedef {object} Model MODEL
 * @property {string} name
 * @property {string} notes
 * @property {string} [provider]
 * @property {string} [announcement]
 * @property {boolean} [paused]
 * @property {number | null} [context_length]
 * @property {boolean} [reasons]
 * @property {boolean} [takes_tools]
 * @property {boolean} [sees_images]
 * @property {{prompt: number, completion: number, currency: string} | null} [prices]
 * @property {Record<string, Allowed>} [parameters]
 *
 * @typedef {object} Standing STANDING, the status of one limit
 * @property {"requests" | "tokens" | "cost"} measure
 * @property {"minute" | "hour" | "day" | "month" | "total"} period
 * @property {number} limit
 * @property {number} used
 * @property {number} held
 * @property {number} left
 * @property {string | null} resets_at
 * @property {string | null} model
 * @property {string | null} currency
 *
 * @typedef {Standing & {is_held: boolean, answers: {asked: number, room: number} | null}} Refusal
 */

export {};
