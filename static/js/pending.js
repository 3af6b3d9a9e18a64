/**
 * The page as it will be when the site has taken a turn, drawn the moment it is asked for.
 *
 * @typedef {import("#js/state.js").Message} Message
 * @typedef {import("#js/socket.js").Frame} Frame
 */

/**
 * @param {Message[]} branch
 * @param {Frame} frame a `turn.send`, `turn.answer_tools`, `turn.regenerate` or `turn.continue`
 * @returns {Message[]}
 */
export function pendingBranch(branch, frame) {
  switch (frame.type) {
    case "turn.send":
      return [...branch, question(frame), answer(frame.model)];
    case "turn.regenerate":
      return regenerated(branch, frame);
    case "turn.continue":
      return branch.map((each) => (each.id === frame.message_id ? continued(each) : each));
    case "turn.answer_tools":
      return [...branch, ...toolAnswers(frame), answer(frame.model)];
    default:
      return branch;
  }
}

/** @param {Message[]} branch @param {Frame} frame @returns {Message[]} */
function regenerated(branch, frame) {
  const place = branch.findIndex((each) => each.id === frame.message_id);
  if (place < 0) return branch;
  return [...branch.slice(0, place), answer(frame.model ?? branch[place].model)];
}

/** @param {Message} message @returns {Message} */
function continued(message) {
  return { ...message, finish_reason: null, generation: starting() };
}

/** @param {Frame} frame @returns {Message} */
function question(frame) {
  return { ...blank("user"), content: frame.content };
}

/** @param {Frame} frame @returns {Message[]} */
function toolAnswers(frame) {
  return Object.entries(frame.answers).map(([id, content]) => ({
    ...blank("tool"),
    id: `pending-tool-${id}`,
    tool_call_id: id,
    content: String(content),
  }));
}

/** @param {string | null} model @returns {Message} */
function answer(model) {
  return { ...blank("assistant"), model, generation: starting() };
}

/** @param {Message["role"]} role @returns {Message} */
function blank(role) {
  const id = `pending-${role}`;
  return { id, parent_id: null, role, content: "", model: null, generation: null, pending: true };
}

/** @returns {import("#js/transcript.js").Generation} */
function starting() {
  return { id: "", status: "running", seq: 0, error: null, notices: [], usage: null };
}
