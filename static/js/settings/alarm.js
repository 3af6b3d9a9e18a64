/** The mark on the Parameters button: that something is set, or what is wrong. */

import { element, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/settings/field.js").Field} Field */

/** @param {boolean} isSet @param {Field[]} faulty the fields with an error */
export function drawAlarm(isSet, faulty) {
  const button = element("parameters-button");
  button.classList.toggle("is-set", isSet);
  button.classList.toggle("is-faulty", faulty.length > 0);
  const name = button.getAttribute("aria-label");
  const state = faulty.map(complaintOf).join(" ") || (isSet ? word("parameters-set") : "");
  setText(element("parameters-state"), state);
  button.title = state ? `${name}: ${state}` : name;
}

/** @param {Field} field @returns {string} its wire name and its error */
export function complaintOf({ name, fault }) {
  return word("parameter-complaint", { name, fault });
}
