/** The list of conversations, grouped by when they were last used. */

import { groupOf, monthName } from "#js/ui/dates.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on, part } from "#js/ui/markup.js";
import { wireMenu } from "#js/ui/menu.js";
import { anchor } from "#js/ui/popover.js";
import { hasWord, word } from "#js/ui/words.js";

/** The attribute of a row with the id of its conversation. */
const ID = "data-conversation-id";
const ROW = `[${ID}]`;

/**
 * @typedef {import("#js/state/records.js").Listed} Listed
 *
 * @extends {Emitter<import("#js/events.js").SidebarEvents>}
 */
export class Sidebar extends Emitter {
  #list = element("conversation-list");
  #menu = element("row-menu");
  /** @type {HTMLElement | null} */
  #menuButton = null;
  /** @type {string | null} */
  #drawn = null;

  constructor() {
    super();
    anchor(this.#menu, () => this.#menuButton);
    wireMenu(this.#menu);
    on(this.#list, "click", (event) => this.#pressed(event));
    on(this.#menu, "click", (event) => this.#menuChosen(event));
  }

  /**
   * @param {Listed[]} conversations newest first
   * @param {string | null} currentId
   * @param {boolean} hasOlder whether the site has more than these
   */
  draw(conversations, currentId, hasOlder) {
    const drawing = JSON.stringify([conversations, currentId, hasOlder]);
    if (drawing === this.#drawn) return;
    this.#drawn = drawing;
    const focused = document.activeElement?.closest(ROW)?.getAttribute(ID);
    const groups = groupsOf(conversations, new Date());
    const sections = [...groups].map(([name, rows]) => section(name, rows, currentId));
    if (hasOlder) sections.push(clone("older"));
    if (sections.length === 0) sections.push(clone("no-conversations"));
    this.#list.replaceChildren(...sections);
    if (focused) this.#list.querySelector(`[${ID}="${CSS.escape(focused)}"] a`)?.focus();
  }

  /** @param {import("#js/sidebar/marks.js").Marked} marked */
  mark({ answering, unread }) {
    for (const row of this.#list.querySelectorAll(ROW)) {
      const id = row.getAttribute(ID) ?? "";
      drawMark(row, answering.has(id) ? "answering" : unread.has(id) ? "unread" : "");
    }
  }

  /** @param {MouseEvent} event */
  #pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const button = target.closest("button");
    const id = target.closest(ROW)?.getAttribute(ID);
    if (target.closest(".older")) this.emit("older");
    else if (button) this.#openMenu(button);
    else if (id && target.closest("a") && isPlain(event)) {
      event.preventDefault();
      this.emit("open", { id });
    }
  }

  /** @param {HTMLElement} button */
  #openMenu(button) {
    this.#menuButton?.setAttribute("aria-expanded", "false");
    this.#menuButton = button;
    this.#menu.showPopover();
  }

  /** @param {Event} event */
  #menuChosen(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    const action = target.closest("[data-action]")?.getAttribute("data-action");
    const id = this.#menuButton?.closest(ROW)?.getAttribute(ID);
    if (!action || !id) return;
    this.#menu.hidePopover();
    this.emit(/** @type {"rename" | "delete"} */ (action), { id });
  }
}

/** @param {Listed[]} conversations @param {Date} now @returns {Map<string, Listed[]>} */
function groupsOf(conversations, now) {
  const groups = new Map();
  for (const each of conversations) {
    const name = groupOf(new Date(each.updated_at), now);
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return groups;
}

/** @param {string} name @param {Listed[]} rows @param {string | null} currentId */
function section(name, rows, currentId) {
  const group = clone("conversation-group");
  const heading = hasWord(name) ? word(name) : monthName(name, document.documentElement.lang);
  part(group, "heading").textContent = heading;
  part(group, "rows").append(...rows.map((each) => row(each, each.id === currentId)));
  return group;
}

/** @param {Listed} conversation @param {boolean} isCurrent */
function row({ id, title }, isCurrent) {
  const item = clone("conversation-row");
  const link = part(item, "link");
  item.setAttribute(ID, id);
  link.href = `/c/${id}/`;
  link.id = `row-${id}`;
  link.textContent = title || word("untitled");
  link.title = link.textContent;
  if (isCurrent) link.setAttribute("aria-current", "page");
  part(item, "more").setAttribute("aria-describedby", link.id);
  part(item, "mark").id = `mark-${id}`;
  return item;
}

/** @param {Element} row @param {"answering" | "unread" | ""} name */
function drawMark(row, name) {
  const mark = part(row, "mark");
  if (mark.dataset.mark === name) return;
  mark.dataset.mark = name;
  mark.hidden = name === "";
  if (name) mark.setAttribute("aria-label", word(`mark-${name}`));
  row.setAttribute("aria-busy", String(name === "answering"));
  if (name) part(row, "link").setAttribute("aria-describedby", mark.id);
  else part(row, "link").removeAttribute("aria-describedby");
}

/** @param {MouseEvent} event @returns {boolean} whether the link opens in this tab */
function isPlain(event) {
  return event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}
