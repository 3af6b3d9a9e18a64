/**
 * A user's limits in words, and the choice of the one to show.
 *
 * @typedef {import("#js/state/records.js").Standing} Standing
 * @typedef {import("#js/state/records.js").Refusal} Refusal
 */

import { momentName } from "#js/ui/dates.js";
import { count, word } from "#js/ui/words.js";

const MICROS = 1_000_000;

/**
 * The limit for this model of which the largest part is used. Amounts that are held for running
 * answers do not count: most of them come back, and the meter would jump.
 *
 * @param {Standing[]} quota
 * @param {string | null} model
 * @returns {Standing | null}
 */
export function tightest(quota, model) {
  const own = quota.filter((each) => each.model === null || each.model === model);
  return own.sort((one, other) => usedPart(other) - usedPart(one))[0] ?? null;
}

/** @param {Standing} standing @returns {number} 1 if all of it is used */
export function usedPart({ limit, used }) {
  return limit > 0 ? Math.min(1, used / limit) : 1;
}

/** @param {Standing} standing @returns {string} a key of the limit in its present window */
export function windowOf({ measure, period, model, resets_at }) {
  return [measure, period, model ?? "", resets_at ?? ""].join(" ");
}

/**
 * @param {Standing} standing
 * @returns {string} "1,240 of 10,000 tokens left today · resets 14:00"
 */
export function describe(standing) {
  return sentence(standing, Math.max(0, standing.limit - standing.used));
}

/**
 * Why a request was refused: what is used up, or what running answers hold until they end.
 *
 * @param {Refusal} refusal
 * @returns {string}
 */
export function describeRefusal(refusal) {
  const reason = refusal.is_held
    ? word("quota-refused-held", { used: usedAndHeld(refusal) })
    : word("quota-refused", { left: sentence(refusal, refusal.left) });
  return refusal.answers ? `${word("quota-refused-answers", refusal.answers)} ${reason}` : reason;
}

/** @param {Standing} standing @returns {string} "340 of 6,000 tokens used today, 5,660 set aside" */
function usedAndHeld(standing) {
  const { measure, period, limit, used, held, model } = standing;
  const values = { used: amount(standing, used), held: amount(standing, held) };
  const name = `quota-${measure}-held`;
  const periodName = word(`quota-${period}`);
  const text = word(name, { ...values, limit: amount(standing, limit), period: periodName });
  return model === null ? text : `${text} ${word("quota-with", { model })}`;
}

/** @param {Standing} standing @param {number} left @returns {string} */
function sentence(standing, left) {
  const { measure, period, limit, model, resets_at } = standing;
  const name = left > 0 ? `quota-${measure}` : `quota-${measure}-none`;
  const values = { left: amount(standing, left), limit: amount(standing, limit) };
  const parts = [word(name, { ...values, period: word(`quota-${period}`) })];
  if (model !== null) parts.push(word("quota-with", { model }));
  return resets_at
    ? word("quota-resets", { left: parts.join(" "), time: time(resets_at) })
    : parts.join(" ");
}

/** @param {Standing} standing @param {number} value @returns {string} */
function amount({ currency }, value) {
  return currency === null ? count(value) : money(value / MICROS, currency);
}

/** @param {number} value @param {string} currency @returns {string} */
function money(value, currency) {
  const maximumFractionDigits = value > 0 && value < 1 ? 4 : 2;
  const { lang } = document.documentElement;
  try {
    const style = { style: "currency", currency, maximumFractionDigits };
    return new Intl.NumberFormat(lang, /** @type {any} */ (style)).format(value);
  } catch {
    return `${new Intl.NumberFormat(lang, { maximumFractionDigits }).format(value)} ${currency}`;
  }
}

/** @param {string} moment @returns {string} */
function time(moment) {
  return momentName(new Date(moment), new Date(), document.documentElement.lang);
}
