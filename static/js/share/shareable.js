/**
 * The part of a conversation that can be shared.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{id: string, title: string, messages: Message[]}} Shareable
 */

import { branchTo } from "#js/state/tree.js";

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

/** @param {string} id @returns {Promise<Shareable | null>} null if it is deleted */
export async function fetchShareable(id) {
  const answer = await fetch(`/c/${id}/state.json`);
  if (!answer.ok || answer.redirected) return null;
  const { conversation, messages } = await answer.json();
  const byId = new Map(messages.map((/** @type {Message} */ each) => [each.id, each]));
  return shareableOf(conversation, branchTo(byId, conversation.head_id));
}
