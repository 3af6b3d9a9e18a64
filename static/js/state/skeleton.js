/**
 * The skeleton of a conversation: a row for each message, as docs/protocol.md describes it. It tells
 * the tree; the texts come when the page shows the message.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {[id: string, parent: string | number | null, role: Message["role"], deleted?: 1]} Row
 */

/**
 * @param {Row[]} rows
 * @returns {Message[]} without their texts
 */
export function unloadedMessages(rows) {
  return rows.map(([id, parent, role, deleted], index) => ({
    id,
    parent_id: typeof parent === "number" ? rows[index - parent][0] : parent,
    role,
    content: "",
    model: null,
    generation: null,
    is_deleted: deleted === 1,
    unloaded: true,
  }));
}
