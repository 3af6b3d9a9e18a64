/**
 * How an answer ended: the sentence to show below it and the one button that helps.
 *
 * @typedef {{sentence: string, reason: string, failed: boolean,
 *   button: "continue" | "regenerate" | null}} Outcome `sentence` is a name in words.html
 */

import { isCut } from "#js/messages/tool_calls.js";

/**
 * @param {import("#js/state/records.js").Message} message
 * @param {boolean} isLast whether the conversation can go on from here
 * @returns {Outcome | null} null while it runs and if it ended normally
 */
export function outcomeOf(message, isLast) {
  const { generation } = message;
  if (!generation || generation.status === "running") return null;
  // The tool calls show this themselves.
  if (generation.status === "completed" && isCut(message)) return null;
  const sentence = sentenceOf(message, generation);
  if (!sentence) return null;
  return {
    sentence,
    reason: generation.error?.message ?? "",
    failed: generation.status === "failed",
    button: isLast ? buttonFor(message, generation, sentence) : null,
  };
}

/**
 * @param {import("#js/state/records.js").Message} message
 * @param {import("#js/state/transcript.js").Generation} generation
 * @param {string} sentence
 * @returns {Outcome["button"]} null if another try would end in the same way
 */
function buttonFor(message, { status, error }, sentence) {
  if (sentence === "outcome-length" || continues(message, status)) return "continue";
  return error?.code === "context_overflow" ? null : "regenerate";
}

/**
 * @param {import("#js/state/records.js").Message} message
 * @param {import("#js/state/transcript.js").Generation} generation
 * @returns {string | null}
 */
function sentenceOf(message, generation) {
  const ending = isEmpty(message) ? "-empty" : "";
  if (hasReason(generation)) return `outcome-reason${ending}`;
  if (generation.status !== "completed") return `outcome-${generation.status}${ending}`;
  if (ending) return "outcome-empty";
  const cuts = ["length", "content_filter"];
  return cuts.includes(message.finish_reason ?? "") ? `outcome-${message.finish_reason}` : null;
}

// For a restart the page has sentences of its own.
/** @param {import("#js/state/transcript.js").Generation} generation @returns {boolean} */
function hasReason({ error }) {
  return error !== null && error.message !== "" && error.code !== "restarted";
}

/**
 * @param {import("#js/state/records.js").Message} message
 * @param {string} status
 * @returns {boolean}
 */
function continues(message, status) {
  return ["stopped", "interrupted"].includes(status) && message.content !== "";
}

/** @param {import("#js/state/records.js").Message} message @returns {boolean} */
function isEmpty(message) {
  return !message.content && !message.reasoning_content && !message.tool_calls?.length;
}
