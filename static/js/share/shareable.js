/**
 * The part of a conversation that can be shared.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{id: string, title: string, messages: Message[]}} Shareable
 */

/** Nothing to share. */
export const NONE = { id: "", title: "", messages: [] };

/**
 * @param {{id: string, title: string} | null} conversation
 * @param {Message[]} branch
 * @returns {Shareable} without messages that the site does not have yet
 */
export function shareableOf(conversation, branch) {
  const { id, title } = conversation ?? NONE;
  return { id, title, messages: conversation ? branch.filter((each) => !each.pending) : [] };
}

/** @param {Shareable} shareable @returns {boolean} whether an answer of it is being written */
export function isGrowing({ messages }) {
  return messages.some(({ generation }) => generation?.status === "running");
}

/**
 * The same of a conversation of which the page has not all messages: each with its beginning.
 *
 * @param {string} id
 * @param {string | null} [lastId] of the branch; without it, of the one that is shown
 * @returns {Promise<Shareable | null>} null if it is deleted
 */
export async function fetchShareable(id, lastId = null) {
  const until = lastId === null ? "" : `?until=${lastId}`;
  const answer = await fetch(`/c/${id}/outline.json${until}`);
  if (!answer.ok || answer.redirected) return null;
  const { conversation, messages } = await answer.json();
  return shareableOf(conversation, messages);
}
