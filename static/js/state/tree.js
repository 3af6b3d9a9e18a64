/**
 * Messages form a tree by `parent_id`; a branch is the path from a root to one message. Deleted
 * messages, and all below them, are left out.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{messages: Map<string, Message>, childIds: (id: string | null) => string[]}} Tree
 *   `childIds` are in the order of the list, deleted ones among them
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
    branch.push(message);
    message = message.parent_id === null ? undefined : messages.get(message.parent_id);
  }
  branch.reverse();
  const end = branch.findIndex((each) => each.is_deleted);
  return end < 0 ? branch : branch.slice(0, end);
}

/**
 * The messages directly below one, or the roots, in the order of the list.
 *
 * @param {Tree} tree
 * @param {string | null} id
 * @returns {Message[]}
 */
export function childrenOf({ messages, childIds }, id) {
  const children = childIds(id).flatMap((each) => messages.get(each) ?? []);
  return children.filter((each) => !each.is_deleted);
}

/**
 * The end of the newest branch through the message.
 *
 * @param {Tree} tree
 * @param {string} id
 * @returns {string}
 */
export function leafUnder(tree, id) {
  let leaf = id;
  for (let newest = childrenOf(tree, id).at(-1); newest; newest = childrenOf(tree, leaf).at(-1)) {
    leaf = newest.id;
  }
  return leaf;
}

/**
 * The end of the branch through an earlier or a later sibling of a message.
 *
 * @param {Tree} tree
 * @param {string} id
 * @param {number} by
 * @returns {string | null} null if there is no such sibling
 */
export function siblingHead(tree, id, by) {
  const message = tree.messages.get(id);
  const siblings = message ? childrenOf(tree, message.parent_id) : [];
  const index = siblings.findIndex((each) => each.id === id) + by;
  return siblings[index] ? leafUnder(tree, siblings[index].id) : null;
}

/**
 * The answers of the last turn below `headId` if there are several and the user has not kept one
 * yet: the choices of one generation, or the answers of the compared models. Those that are not
 * loaded are left out.
 *
 * @param {Tree} tree
 * @param {string | null} headId
 * @returns {Message[]}
 */
export function alternativesUnder(tree, headId) {
  if (headId === null) return [];
  const answers = childrenOf(tree, headId).filter((each) => each.role === "assistant");
  const children = answers.filter((each) => !each.unloaded);
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
