/**
 * The requests about links: docs/protocol.md, "Sharing".
 *
 * @typedef {object} Link LINK
 * @property {string} id
 * @property {string | null} conversation_id
 * @property {string} url
 * @property {"public" | "signed_in" | "named"} audience
 * @property {string[]} usernames
 * @property {{id: number, name: string}[]} groups
 * @property {string | null} expires_at
 * @property {boolean} has_passphrase
 * @property {number | null} max_views
 * @property {number} views
 * @property {string | null} last_viewed_at
 * @property {boolean} shows_title
 * @property {Selection} selection
 *
 * @typedef {{leaf_id: string, alternative_ids: string[], message_ids: string[] | null,
 *   omit: string[], masks: string[], title: string}} Selection
 * @typedef {{audience: string, usernames: string[], group_ids: number[], max_views: number | null,
 *   shows_title: boolean, lifetime_seconds?: number | null, passphrase?: string}} Terms
 * @typedef {{public_links: boolean, default_lifetime_seconds: number | null,
 *   longest_lifetime_seconds: number | null, groups: {id: number, name: string}[],
 *   default_omit: string[]}} Bounds
 */

import { element } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** A refused request; the message is for the user, `field` names the wrong field. */
export class Refusal extends Error {
  /** @param {string} message @param {string | null} field */
  constructor(message, field = null) {
    super(message);
    this.field = field;
  }
}

/** @param {string} conversationId @returns {Promise<Bounds & {links: Link[]}>} */
export async function linksOf(conversationId) {
  return (await ask(`/c/${conversationId}/share/`)).json();
}

/**
 * @param {string} conversationId
 * @returns {Promise<number>} the number of open links to it; 0 if the site cannot be reached
 */
export async function openLinksOf(conversationId) {
  try {
    return (await linksOf(conversationId)).links.length;
  } catch {
    return 0;
  }
}

/** @param {string} conversationId @param {Selection} selection @param {Terms} terms */
export async function create(conversationId, selection, terms) {
  return linkIn(await ask(`/c/${conversationId}/share/`, { selection, terms }));
}

/**
 * @param {string} conversationId
 * @param {Selection} selection
 * @param {AbortSignal} signal
 * @returns {Promise<string>} the HTML of the shared page
 */
export async function preview(conversationId, selection, signal) {
  return (await ask(`/c/${conversationId}/share/preview/`, { selection }, signal)).text();
}

/**
 * The texts that look like secrets, masked or not.
 *
 * @param {string} conversationId
 * @param {Selection} selection
 * @param {AbortSignal} signal
 */
export async function secretsIn(conversationId, selection, signal) {
  const path = `/c/${conversationId}/share/secrets/`;
  const unmasked = { ...selection, masks: [] };
  const { found } = await (await ask(path, { selection: unmasked }, signal)).json();
  return /** @type {import("#js/share/masks.js").Secret[]} */ (found);
}

/** @param {string} id @param {Terms} terms */
export async function change(id, terms) {
  return linkIn(await ask(`/share/${id}/terms/`, { terms }));
}

/** @param {string} id @param {Selection} selection */
export async function update(id, selection) {
  return linkIn(await ask(`/share/${id}/snapshot/`, { selection }));
}

/**
 * @param {string} username refused if no user has it
 * @returns {Promise<string>} as its user writes it
 */
export async function checkUser(username) {
  const query = new URLSearchParams({ username });
  const answer = await sent(`/share/person.json?${query}`);
  const field = "usernames";
  if (answer.status === 404) throw new Refusal(word("share-nobody", { username }), field);
  return (await answer.json()).username;
}

/** @param {string} id */
export async function revoke(id) {
  await ask(`/share/${id}/revoke/`, {});
}

/** @param {Response} answer @returns {Promise<Link>} */
async function linkIn(answer) {
  return (await answer.json()).link;
}

/**
 * @param {string} path
 * @param {object} [body] sent as JSON by POST; a GET without one
 * @param {AbortSignal} [signal]
 * @returns {Promise<Response>} of a successful request
 */
async function ask(path, body, signal) {
  const answer = await sent(path, body, signal);
  if (answer.ok && !answer.redirected) return answer;
  const hasMessage = answer.headers.get("content-type")?.startsWith("application/json");
  if (!hasMessage) throw new Refusal(word("share-failed"));
  const { message, field } = (await answer.json()).error;
  throw new Refusal(message, field);
}

/** @param {string} path @param {object} [body] @param {AbortSignal} [signal] */
async function sent(path, body, signal) {
  const posted = body && {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
  };
  try {
    return await fetch(path, { ...posted, signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(word("share-failed"));
  }
}

function csrfToken() {
  return element("share-form").elements.csrfmiddlewaretoken.value;
}
