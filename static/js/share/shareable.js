/**
 * A conversation as it can be shared.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {{id: string, title: string, messages: Message[]}} Talk
 */

import { branchTo } from "#js/state/tree.js";

/** There is nothing to share. */
export const NONE = { id: "", title: "", messages: [] };

/**
 * @param {{id: string, title: string} | null} conversation
 * @param {Message[]} branch
 * @returns {Talk} what is still being written can be shared when it is there
 */
export function shareableOf(conversation, branch) {
  const isThere = (/** @type {Message} */ each) =>
    !each.pending && each.generation?.status !== "running";
  const { id, title } = conversation ?? NONE;
  return { id, title, messages: conversation ? branch.filter(isThere) : [] };
}

/** @param {string} id @returns {Promise<Talk | null>} as its page shows it; null when it is gone */
export async function fetchShareable(id) {
  const answer = await fetch(`/c/${id}/state.json`);
  if (!answer.ok || answer.redirected) return null;
  const { conversation, messages } = await answer.json();
  const byId = new Map(messages.map((/** @type {Message} */ each) => [each.id, each]));
  return shareableOf(conversation, branchTo(byId, conversation.head_id));
}
