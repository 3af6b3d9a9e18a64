/** The keyboard shortcuts. Mod is Command on a Mac and Control elsewhere. */

import { closeInnermost } from "#js/ui/escape.js";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/**
 * @typedef {object} Commands
 * @property {() => void} newConversation
 * @property {() => void} toggleKeys
 * @property {() => void} toggleSidebar
 * @property {() => void} copyLastAnswer
 * @property {() => void} copyLastCode
 * @property {() => (() => void) | null} find the command, where the page has one
 * @property {() => void} escape where nothing is open
 * @property {() => void} focusComposer
 */

/** @param {Commands} commands */
export function listenToKeys(commands) {
  document.addEventListener("keydown", (event) => {
    const command = commandOf(event, commands);
    if (!command) return;
    event.preventDefault();
    command();
  });
  for (const key of document.querySelectorAll("[data-mod]")) if (IS_MAC) key.textContent = "⌘";
}

/** @param {KeyboardEvent} event @param {Commands} commands */
function commandOf(event, commands) {
  if (event.key === "Escape") return escapeCommand(event, commands);
  if (!(IS_MAC ? event.metaKey : event.ctrlKey) || event.altKey) return null;
  if (event.key === "/") return commands.toggleKeys;
  if (!event.shiftKey) return event.key.toLowerCase() === "f" ? commands.find() : null;
  /** @type {Record<string, () => void>} */
  const byLetter = {
    o: commands.newConversation,
    s: commands.toggleSidebar,
    c: commands.copyLastAnswer,
    // With Shift, the key of the semicolon is a colon on most keyboards.
    ";": commands.copyLastCode,
    ":": commands.copyLastCode,
  };
  return byLetter[event.key.toLowerCase()] ?? null;
}

/** @param {KeyboardEvent} event @param {Commands} commands */
function escapeCommand(event, commands) {
  if (event.shiftKey) return commands.focusComposer;
  return closeInnermost(event.target) ? null : commands.escape;
}
