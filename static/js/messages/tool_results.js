/** The results of tool calls: messages of their own, shown in the cards of the calls. */

/** @typedef {import("#js/state/records.js").Message} Message */

/**
 * @param {Message[]} branch
 * @returns {Map<string, Message[]>} the results by the id of the message that called; a result
 *   whose call is not on the page is in none
 */
export function resultsByCaller(branch) {
  /** @type {Map<string, Message[]>} */
  const results = new Map();
  /** @type {Map<string, string>} the last message that made each call */
  const callers = new Map();
  for (const message of branch) {
    for (const { id } of message.tool_calls ?? []) callers.set(id, message.id);
    const caller = message.role === "tool" && callers.get(message.tool_call_id ?? "");
    if (caller) results.set(caller, [...(results.get(caller) ?? []), message]);
  }
  return results;
}
