/**
 * The part of a conversation that can be shared.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{id: string, title: string, messages: Message[], alternatives: Message[]}} Shareable
 *   `alternatives` are answers to the last message, of which none is kept
 */

import { alternativesUnder } from "#js/state/tree.js";

/** Nothing to share. */
/** @type {Shareable} */
export const NONE = { id: "", title: "", messages: [], alternatives: [] };

/**
 * @param {{id: string, title: string} | null} conversation
 * @param {Message[]} branch
 * @param {Message[]} [alternatives]
 * @returns {Shareable} without messages that the site does not have yet
 */
export function shareableOf(conversation, branch, alternatives = []) {
  if (!conversation) return NONE;
  const { id, title } = conversation;
  const [messages, answers] = [branch, alternatives].map((all) =>
    all.filter((each) => !each.pending),
  );
  return { id, title, messages, alternatives: answers };
}

/** @param {Shareable} shareable @returns {boolean} whether an answer of it is being written */
export function isGrowing({ messages, alternatives }) {
  return [...messages, ...alternatives].some(({ generation }) => generation?.status === "running");
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
  const { conversation, messages, answers } = await answer.json();
  const tree = {
    messages: new Map(answers.map((/** @type {Message} */ each) => [each.id, each])),
    childIds: () => answers.map((/** @type {Message} */ { id }) => id),
  };
  return shareableOf(conversation, messages, alternativesUnder(tree, messages.at(-1)?.id ?? null));
}
