/**
 * The settings of a conversation that is not begun yet: those that the user has set in this tab, or
 * those of the default preset. They stay over a reload and visits to other conversations, as the
 * text in the message box does, until the conversation has begun.
 *
 * @typedef {import("#js/state/records.js").Settings} Settings
 */

import { draft } from "#js/state/drafts.js";

/**
 * @param {string} username since users share browsers
 * @param {import("#js/state/records.js").Preset[]} presets
 * @param {Storage | null} [storage]
 * @returns {Settings}
 */
export function newSettings(username, presets, storage = sessionStorageOrNull()) {
  const kept = stored(username, storage).load();
  if (kept) return JSON.parse(kept);
  const defaults = presets.filter((each) => each.is_default);
  const preset = defaults.find((each) => each.is_own) ?? defaults[0];
  return { parameters: preset?.parameters ?? {}, system_message: preset?.system_message ?? "" };
}

/**
 * @param {string} username
 * @param {Settings | null} settings null once the conversation has begun
 * @param {Storage | null} [storage]
 */
export function keepNewSettings(username, settings, storage = sessionStorageOrNull()) {
  stored(username, storage).save(settings ? JSON.stringify(settings) : "");
}

/** @param {string} username @param {Storage | null} storage */
function stored(username, storage) {
  return draft(`${username}:settings`, storage);
}

/** @returns {Storage | null} */
function sessionStorageOrNull() {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null; // A browser that blocks storage throws when the property is read.
  }
}
