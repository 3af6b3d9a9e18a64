/**
 * Counts how full a model's context is, and how many messages no longer fit. It counts as
 * conversations/generation/context.py does, so the page can warn before the site drops messages.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{context_length?: number | null, name: string}} Model
 * @typedef {{messages: Message[], draft: string, model: Model, maxTokens: number | undefined,
 *   systemMessage: string}} Prompt
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

/** @type {WeakMap<Message, number>} cached: a message that changes is another object */
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
 * @param {Prompt} prompt
 * @returns {number | null} the used part of the context, 1 for all of it; null if its length is
 *   unknown
 */
export function fullness(prompt) {
  const { model } = prompt;
  if (!model.context_length) return null;
  const taken = counted(prompt) ?? estimated(prompt.messages, prompt.systemMessage);
  const draft = prompt.draft ? tokens(bytes(prompt.draft)) : 0;
  return Math.min(1, (taken + draft) / model.context_length);
}

/**
 * @param {Prompt} prompt with a draft that is not empty
 * @returns {number} the number of oldest messages that will be left out
 */
export function leftOut({ messages, draft, model, maxTokens, systemMessage }) {
  const length = model.context_length;
  if (!length) return 0;
  const quarter = Math.floor(length / 4);
  const answer = Math.min(maxTokens || quarter, quarter);
  const sizes = [...messages.map(messageTokens), tokens(bytes(draft))];
  let room = length - answer - tokens([...systemMessage].length);
  let first = messages.length;
  for (let index = messages.length; index >= 0; index -= 1) {
    room -= sizes[index];
    if (room < 0) break;
    if (index === messages.length || messages[index].role === "user") first = index;
  }
  return first;
}

/** @param {Prompt} prompt @returns {number | null} from the provider's last count */
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
