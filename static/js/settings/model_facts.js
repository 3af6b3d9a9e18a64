/** What a list of models says about each of them. */

import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/records.js").Model} Model */

const KIBI = 1024;
const KILO = 1000;
const ABILITIES = /** @type {const} */ (["reasons", "takes_tools", "sees_images"]);

/** @param {Model} model @returns {string} "32k context · reasons · tools · $0.50 in, $2.00 out" */
export function factsOf(model) {
  const able = ABILITIES.filter((each) => model[each]).map((each) => word(`model-${each}`));
  const { context_length: length, prices } = model;
  const context = length ? word("model-context", { length: shortLength(length) }) : "";
  return [context, ...able, prices ? priceText(prices) : ""].filter(Boolean).join(" · ");
}

/**
 * A number of tokens as makers of models write it: in thousands, or in units of 1,024 where it is a
 * multiple of that.
 *
 * @param {number} tokens
 * @returns {string} "128k", "1M"
 */
export function shortLength(tokens) {
  const unit = tokens % KIBI === 0 ? KIBI : KILO;
  if (tokens < unit) return String(tokens);
  const thousands = tokens / unit;
  return thousands < unit ? `${short(thousands)}k` : `${short(thousands / unit)}M`;
}

/** @param {number} value @returns {string} with at most one decimal */
function short(value) {
  return String(Math.round(value * 10) / 10);
}

/** @param {NonNullable<Model["prices"]>} prices @returns {string} */
function priceText({ prompt, completion, currency }) {
  const style = { style: /** @type {const} */ ("currency"), currency, maximumFractionDigits: 4 };
  const format = new Intl.NumberFormat(document.documentElement.lang, style);
  const prices = { prompt: format.format(prompt), completion: format.format(completion) };
  // Both prices stay on one line.
  return word("model-prices", prices).replaceAll(" ", "\u00a0");
}
