/**
 * Messages form a tree by `parent_id`; a branch is the path from a root to one message.
 *
 * @typedef {import("#js/state.js").Message} Message
 */

/**
 * The messages from the root to `headId`, in order; none when it is not known.
 *
 * @param {Map<string, Message>} messages
 * @param {string | null} headId
 * @returns {Message[]}
 */
export function branchTo(messages, headId) {
  const branch = [];
  const seen = new Set();
  let message = headId === null ? undefined : messages.get(headId);
  while (message && !seen.has(message.id)) {
    seen.add(message.id);
    branch.unshift(message);
    message = message.parent_id === null ? undefined : messages.get(message.parent_id);
  }
  return branch;
}

/**
 * The tries at the place of `message`, itself among them, in the order of the list.
 *
 * @param {Map<string, Message>} messages
 * @param {Message} message
 * @returns {Message[]}
 */
export function siblingsOf(messages, message) {
  return [...messages.values()].filter((each) => each.parent_id === message.parent_id);
}

/**
 * The end of the newest branch that goes through the message.
 *
 * @param {Map<string, Message>} messages
 * @param {string} id
 * @returns {string}
 */
export function leafUnder(messages, id) {
  const newest = [...messages.values()].filter((each) => each.parent_id === id).at(-1);
  return newest ? leafUnder(messages, newest.id) : id;
}
