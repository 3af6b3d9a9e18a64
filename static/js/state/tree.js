/**
 * Messages form a tree by `parent_id`; a branch is the path from a root to one message. Deleted
 * messages, and all below them, are left out.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 */

/**
 * The messages from the root to `headId`, in order, up to the first deleted one; none if `headId`
 * is unknown.
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
  const end = branch.findIndex((each) => each.is_deleted);
  return end < 0 ? branch : branch.slice(0, end);
}

/**
 * The messages directly below one, or the roots, in the order of the list.
 *
 * @param {Map<string, Message>} messages
 * @param {string | null} id
 * @returns {Message[]}
 */
export function childrenOf(messages, id) {
  return [...messages.values()].filter((each) => each.parent_id === id && !each.is_deleted);
}

/**
 * The end of the newest branch through the message.
 *
 * @param {Map<string, Message>} messages
 * @param {string} id
 * @returns {string}
 */
export function leafUnder(messages, id) {
  const newest = childrenOf(messages, id).at(-1);
  return newest ? leafUnder(messages, newest.id) : id;
}

/**
 * The answers of the last turn below `headId` if there are several and the user has not kept one
 * yet: the choices of one generation, or the answers of the compared models.
 *
 * @param {Map<string, Message>} messages
 * @param {string | null} headId
 * @returns {Message[]}
 */
export function alternativesUnder(messages, headId) {
  if (headId === null) return [];
  const children = childrenOf(messages, headId).filter((each) => each.role === "assistant");
  const last = children.at(-1)?.generation?.id;
  const together = children.filter((each) => each.generation?.id === last);
  if (together.length > 1) return together;
  return children.length > 1 ? children.reduce(withNext, []) : [];
}

/**
 * Adds the next answer: in the place of a failed one if its model was asked again, else at the end.
 *
 * @param {Message[]} answers
 * @param {Message} next
 * @returns {Message[]}
 */
function withNext(answers, next) {
  const failed = answers.findIndex((each) => each.model === next.model && hasFailed(each));
  return failed < 0 ? [...answers, next] : answers.with(failed, next);
}

/**
 * Whether an answer has ended with nothing that the conversation could go on from.
 *
 * @param {Message} message
 * @returns {boolean}
 */
export function hasFailed({ generation, content, reasoning_content, tool_calls }) {
  if (generation?.status === "failed") return true;
  return (
    generation?.status === "interrupted" && !content && !reasoning_content && !tool_calls?.length
  );
}
