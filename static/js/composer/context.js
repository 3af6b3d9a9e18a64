/**
 * How full a model's context is, and what of a branch no longer fits: counted as
 * conversations/generation/context.py counts, so that the page says before sending what the site
 * does after it.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{context_length?: number | null, name: string}} Model
 * @typedef {{messages: Message[], draft: string, model: Model, maxTokens: number | undefined,
 *   systemMessage: string}} Talk
 */

const BYTES_A_TOKEN = 4;
const TOKENS_A_MESSAGE = 4;
const encoder = new TextEncoder();

/** @param {string} text @returns {number} */
function bytes(text) {
  return encoder.encode(text).length;
}

/** @param {number} size @returns {number} */
function tokens(size) {
  return Math.floor(size / BYTES_A_TOKEN) + TOKENS_A_MESSAGE;
}

/** @type {WeakMap<Message, number>} a message is counted once: another text is another object */
const known = new WeakMap();

/** @param {Message} message @returns {number} */
function messageTokens(message) {
  const size = known.get(message) ?? sizeOf(message);
  known.set(message, size);
  return size;
}

/** @param {Message} message @returns {number} */
function sizeOf(message) {
  const calls = message.tool_calls?.length ? bytes(JSON.stringify(message.tool_calls)) : 0;
  const reasoning = calls ? bytes(message.reasoning_content ?? "") : 0;
  return tokens(bytes(message.content) + calls + reasoning);
}

/**
 * @param {Talk} talk
 * @returns {number | null} how much of the context the next request takes, 1 for all of it; null
 *   where nobody knows how long it is
 */
export function fullness(talk) {
  const { model } = talk;
  if (!model.context_length) return null;
  const taken = counted(talk) ?? estimated(talk.messages, talk.systemMessage);
  const draft = talk.draft ? tokens(bytes(talk.draft)) : 0;
  return Math.min(1, (taken + draft) / model.context_length);
}

/**
 * @param {Talk} talk with a draft that is not empty
 * @returns {number} how many of the oldest messages will be left out
 */
export function leftOut({ messages, draft, model, maxTokens, systemMessage }) {
  const length = model.context_length;
  if (!length) return 0;
  const quarter = Math.floor(length / 4);
  const answer = Math.min(maxTokens || quarter, quarter);
  const sizes = [...messages.map(messageTokens), tokens(bytes(draft))];
  let room = length - answer - tokens([...systemMessage].length);
  let first = messages.length;
  for (let place = messages.length; place >= 0; place -= 1) {
    room -= sizes[place];
    if (room < 0) break;
    if (place === messages.length || messages[place].role === "user") first = place;
  }
  return first;
}

/** @param {Talk} talk @returns {number | null} what the model's provider counted last */
function counted({ messages, model }) {
  const last = messages.findLastIndex((each) => each.generation?.usage);
  if (last < 0 || messages[last].model !== model.name) return null;
  const usage = messages[last].generation?.usage;
  const since = messages.slice(last + 1).map(messageTokens);
  return since.reduce((sum, each) => sum + each, usage?.total_tokens ?? 0);
}

/** @param {Message[]} messages @param {string} systemMessage @returns {number} */
function estimated(messages, systemMessage) {
  const sizes = [...messages.map(messageTokens), systemMessage ? tokens(bytes(systemMessage)) : 0];
  return sizes.reduce((sum, each) => sum + each, 0);
}
