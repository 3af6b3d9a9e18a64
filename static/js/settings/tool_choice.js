/**
 * The rules of `tool_choice`: whether the model must call one of the functions, and which.
 *
 * @typedef {{type: "function", function: {name: string}}} NamedFunction
 * @typedef {"auto" | "none" | "required" | NamedFunction} ToolChoice
 */

const NAMED = "function:";

/** @param {ToolChoice} choice @returns {string} as the value of an option */
export function optionOf(choice) {
  return typeof choice === "string" ? choice : `${NAMED}${choice.function?.name}`;
}

/** @param {string} option @returns {ToolChoice} */
export function choiceOf(option) {
  if (option.startsWith(NAMED)) return namedFunction(option.slice(NAMED.length));
  return /** @type {"auto" | "none" | "required"} */ (option);
}

/** @param {string} name @returns {NamedFunction} */
function namedFunction(name) {
  return { type: "function", function: { name } };
}

/**
 * The parameters without a choice that names none of their functions: the site refuses those.
 *
 * @param {Record<string, any>} parameters
 * @returns {Record<string, any>}
 */
export function withoutOrphan(parameters) {
  const { tool_choice: choice, ...others } = parameters;
  const names = (parameters.tools ?? []).map((/** @type {any} */ tool) => tool.function?.name);
  const named = choice?.function?.name;
  const isOrphan = choice !== undefined && (named ? !names.includes(named) : names.length === 0);
  return isOrphan ? others : parameters;
}
