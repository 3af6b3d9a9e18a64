/**
 * The messages of a turn that the site has not answered yet, so that they are shown at once.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 */

/**
 * @param {Message[]} branch
 * @param {Frame} frame a `turn.send`, `turn.answer_tools`, `turn.regenerate` or `turn.continue`
 * @param {boolean} unsent whether the site cannot be reached
 * @returns {{branch: Message[], alternatives: Message[]}} `alternatives` if there will be
 *   several answers
 */
export function pendingView(branch, frame, unsent = false) {
  const view = viewOf(branch, frame);
  const mark = (/** @type {Message} */ each) => (each.pending ? { ...each, unsent } : each);
  return { branch: view.branch.map(mark), alternatives: view.alternatives.map(mark) };
}

/** @param {Message[]} branch @param {Frame} frame */
function viewOf(branch, frame) {
  const models = modelsOf(frame);
  if (models.length < 2) return { branch: pendingBranch(branch, frame), alternatives: [] };
  const alternatives = models.map((model, index) => ({
    ...answer(model),
    id: `pending-assistant-${index}`,
  }));
  return { branch: [...upTo(branch, frame.parent_id), question(frame)], alternatives };
}

/** @param {Frame} frame @returns {string[]} the model of each answer */
function modelsOf({ type, model, compared = [], parameters = {} }) {
  if (type !== "turn.send") return [model];
  return compared.length ? [model, ...compared] : Array(parameters.n ?? 1).fill(model);
}

/** @param {Message[]} branch @param {Frame} frame @returns {Message[]} */
function pendingBranch(branch, frame) {
  switch (frame.type) {
    case "turn.send":
      return [...upTo(branch, frame.parent_id), question(frame), answer(frame.model)];
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

/** @param {Message[]} branch @param {string | null} id @returns {Message[]} */
function upTo(branch, id) {
  return branch.slice(0, branch.findIndex((each) => each.id === id) + 1);
}

/** @param {Message[]} branch @param {Frame} frame @returns {Message[]} */
function regenerated(branch, frame) {
  const index = branch.findIndex((each) => each.id === frame.message_id);
  if (index < 0) return branch;
  return [...branch.slice(0, index), answer(frame.model ?? branch[index].model)];
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

/** @returns {import("#js/state/transcript.js").Generation} */
function starting() {
  return { id: "", status: "running", seq: 0, error: null, notices: [], place: null, usage: null };
}
