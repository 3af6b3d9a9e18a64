/** The page of a user's links, with buttons to copy, change, update and revoke them. */

import { addShareDialog } from "#js/share/dialog.js";
import { Refusal, revoke } from "#js/share/links.js";
import { fetchShareable } from "#js/share/shareable.js";
import { copy } from "#js/ui/clipboard.js";
import { element, on } from "#js/ui/markup.js";
import { announce } from "#js/ui/status.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/share/links.js").Link} Link */

/** @type {import("#js/share/links.js").Bounds & {links: Link[]}} */
const { links, ...bounds } = JSON.parse(element("state").textContent);
const dialog = addShareDialog();
const problem = element("link-problem");

/** @param {HTMLElement} target */
function pressed(target) {
  const button = /** @type {HTMLButtonElement | null} */ (target.closest("[data-action]"));
  const id = target.closest("[data-id]")?.getAttribute("data-id");
  const link = links.find((each) => each.id === id);
  if (!button || !link) return;
  problem.hidden = true;
  if (button.dataset.action === "copy") copyAddress(link, button);
  if (button.dataset.action === "change") dialog.openLink("change", link, bounds);
  if (button.dataset.action === "update") update(link);
  if (button.dataset.action === "revoke") revokeNow(link);
}

/** @param {Link} link @param {HTMLElement} button */
async function copyAddress(link, button) {
  if (!(await copy(link.url))) return showError(word("copy-failed"));
  button.textContent = word("copied");
  announce("copied");
}

/** @param {Link} link */
async function update(link) {
  const shareable = link.conversation_id ? await fetchShareable(link.conversation_id) : null;
  if (shareable) dialog.openLink("update", link, bounds, shareable);
  else showError(word("share-conversation-gone"));
}

/** @param {Link} link */
async function revokeNow(link) {
  try {
    await revoke(link.id);
    location.reload();
  } catch (refusal) {
    if (!(refusal instanceof Refusal)) throw refusal;
    showError(refusal.message);
  }
}

/** @param {string} sentence */
function showError(sentence) {
  problem.textContent = sentence;
  problem.hidden = false;
}

on(document, "click", (event) => pressed(event.target));
dialog.on("changed", () =>
  element("share-dialog").addEventListener("close", () => location.reload()),
);
