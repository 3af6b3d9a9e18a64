/** The fields for the terms of a link: readers, expiry, views, pass-phrase, title. */

import { Chips } from "#js/ui/chips.js";
import { momentName } from "#js/ui/dates.js";
import { Emitter } from "#js/ui/emitter.js";
import { element } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const DURATIONS = [HOUR, DAY, 7 * DAY, 30 * DAY];
const UNCHANGED = "as-it-is";
const NEVER = "never";
const MOST_USERS = 100;

/**
 * @typedef {import("#js/share/links.js").Link} Link
 * @typedef {import("#js/share/links.js").Terms} Terms
 * @typedef {import("#js/share/links.js").Bounds} Bounds
 *
 * @extends {Emitter<import("#js/events.js").TermsEvents>}
 */
export class TermsFields extends Emitter {
  #part = element("share-form");
  #users = new Chips(element("share-people"), MOST_USERS);

  constructor() {
    super();
    this.#users.on("change", ({ texts }) => this.#announce(texts.at(-1)));
  }

  /**
   * @param {Bounds} bounds
   * @param {Link | null} link null for the defaults
   */
  draw(bounds, link) {
    this.#drawAudience(bounds, link);
    element("share-expires").replaceChildren(...durations(bounds, link));
    this.#field("max_views").value = link?.max_views ?? "";
    this.#field("shows_title").checked = link?.shows_title ?? false;
    this.#field("passphrase").value = "";
    const hasOne = link?.has_passphrase ?? false;
    element("share-passphrase-row").hidden = !hasOne;
    this.#field("removes_passphrase").checked = false;
    const help = hasOne ? "share-passphrase-kept" : "share-passphrase-new";
    element("share-passphrase-help").textContent = word(help);
  }

  /** @param {string} typed @param {string} username as its user writes it */
  rename(typed, username) {
    this.#users.draw([
      ...new Set(this.#users.texts.map((each) => (each === typed ? username : each))),
    ]);
  }

  /** @param {string | undefined} username */
  #announce(username) {
    this.emit("added", { username });
  }

  /** @param {Bounds} bounds @param {Link | null} link */
  #drawAudience({ public_links, groups }, link) {
    const audience = link?.audience ?? (public_links ? "public" : "signed_in");
    this.#part.querySelector(`[name="audience"][value="${audience}"]`).checked = true;
    this.#part.querySelector('[name="audience"][value="public"]').disabled = !public_links;
    element("share-public-note").hidden = public_links;
    this.#users.draw(link?.usernames ?? []);
    const chosen = new Set(link?.groups.map(({ id }) => id));
    // A link may name a group that the user has left meanwhile.
    const left = link?.groups.filter(({ id }) => !groups.some((each) => each.id === id)) ?? [];
    const boxes = [...groups, ...left].map((group) => groupBox(group, chosen.has(group.id)));
    element("share-groups").replaceChildren(...boxes);
  }

  /** @returns {Terms} a field that is absent is left unchanged */
  get value() {
    const audience = this.#part.querySelector('[name="audience"]:checked').value;
    const isNamed = audience === "named";
    const groups = [...this.#part.querySelectorAll('[name="groups"]:checked')];
    const views = this.#field("max_views").value.trim();
    return {
      audience,
      usernames: isNamed ? this.#users.texts : [],
      group_ids: isNamed ? groups.map((box) => Number(box.value)) : [],
      max_views: views === "" ? null : Number(views),
      shows_title: this.#field("shows_title").checked,
      ...this.#expiry,
      ...this.#passphrase,
    };
  }

  get #expiry() {
    const chosen = this.#field("expires").value;
    if (chosen === UNCHANGED) return {};
    return { lifetime_seconds: chosen === NEVER ? null : Number(chosen) };
  }

  get #passphrase() {
    if (this.#field("removes_passphrase").checked) return { passphrase: "" };
    const passphrase = this.#field("passphrase").value;
    return passphrase ? { passphrase } : {};
  }

  /** @param {string} name @returns {any} */
  #field(name) {
    return this.#part.querySelector(`[name="${name}"]`);
  }
}

/** @param {Bounds} bounds @param {Link | null} link @returns {HTMLOptionElement[]} */
function durations({ default_lifetime_seconds, longest_lifetime_seconds }, link) {
  const longest = longest_lifetime_seconds ?? Infinity;
  const seconds = new Set(
    [...DURATIONS, default_lifetime_seconds, longest].filter((each) => each !== null),
  );
  const offered = [...seconds].filter((each) => each <= longest && each < Infinity).sort(ascending);
  const chosen = link ? UNCHANGED : (default_lifetime_seconds ?? NEVER);
  const options = offered.map((each) => option(describe(each), String(each), each === chosen));
  if (longest === Infinity) options.push(option(word("share-never"), NEVER, chosen === NEVER));
  if (link) options.unshift(option(unchanged(link), UNCHANGED, true));
  return options;
}

/** @param {Link} link */
function unchanged({ expires_at }) {
  const language = document.documentElement.lang;
  const time = expires_at
    ? momentName(new Date(expires_at), new Date(), language)
    : word("share-never");
  return word("share-as-it-is", { time });
}

/** @param {number} seconds @returns {string} "in 7 days" */
function describe(seconds) {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  if (seconds % DAY === 0) return format.format(seconds / DAY, "day");
  return format.format(Math.round(seconds / HOUR), "hour");
}

/** @param {string} text @param {string} value @param {boolean} isChosen */
function option(text, value, isChosen) {
  return new Option(text, value, isChosen, isChosen);
}

/** @param {number} one @param {number} other */
function ascending(one, other) {
  return one - other;
}

/** @param {{id: number, name: string}} group @param {boolean} isChosen */
function groupBox({ id, name }, isChosen) {
  const label = document.createElement("label");
  label.className = "share-choice";
  const box = document.createElement("input");
  Object.assign(box, { type: "checkbox", name: "groups", value: String(id), checked: isChosen });
  const text = document.createElement("span");
  text.textContent = name;
  label.append(box, text);
  return label;
}
