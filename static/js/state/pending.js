/**
 * The messages of a turn that the site has not answered yet, so that they are shown at once.
 *
 * @typedef {import("#js/state/records.js").Message} Message
 * @typedef {import("#js/connection/frame.js").Frame} Frame
 */

/**
 * @typedef {{branch: Message[], alternatives: Message[]}} Shown `alternatives` if there are, or will
 *   be, several answers
 *
 * @param {Shown} shown before the turn
 * @param {Frame} frame a `turn.send`, `turn.answer_tools`, `turn.regenerate` or `turn.continue`
 * @param {boolean} unsent whether the site cannot be reached
 * @returns {Shown}
 */
export function pendingView(shown, frame, unsent = false) {
  const view = viewOf(shown, frame);
  const mark = (/** @type {Message} */ each) => (each.pending ? { ...each, unsent } : each);
  return { branch: view.branch.map(mark), alternatives: view.alternatives.map(mark) };
}

/** @param {Shown} shown @param {Frame} frame @returns {Shown} */
function viewOf({ branch, alternatives }, frame) {
  const models = modelsOf(frame);
  const chosen = alternatives.find((each) => each.id === frame.message_id);
  if (chosen && ["turn.regenerate", "turn.continue"].includes(frame.type)) {
    return {
      branch,
      alternatives: alternatives.map((each, index) => again(each, index, chosen, frame)),
    };
  }
  if (models.length < 2) {
    const from = chosen ? [...branch, chosen] : branch;
    return { branch: pendingBranch(from, frame), alternatives: [] };
  }
  const asked = models.map((model, index) => alternative(model, index));
  return { branch: [...upTo(branch, frame.parent_id), question(frame)], alternatives: asked };
}

/**
 * One of several answers while another turn of `chosen` is pending: a generation that gave several
 * is asked for all of them again.
 *
 * @param {Message} message
 * @param {number} index
 * @param {Message} chosen
 * @param {Frame} frame
 * @returns {Message}
 */
function again(message, index, chosen, frame) {
  if (frame.type === "turn.continue") return message === chosen ? continued(message) : message;
  const isAsked = message.generation?.id === chosen.generation?.id;
  return isAsked ? alternative(message.model, index) : message;
}

/** @param {string | null} model @param {number} index @returns {Message} */
function alternative(model, index) {
  return { ...answer(model), id: `pending-assistant-${index}` };
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
