/** The share dialog: the links of a conversation, the form for one, and the preview. */

import { LinkCards } from "#js/share/cards.js";
import { DraftPreview } from "#js/share/draft_preview.js";
import { FieldErrors } from "#js/share/field_errors.js";
import * as links from "#js/share/links.js";
import { SelectionFields } from "#js/share/selection.js";
import { isGrowing, NONE } from "#js/share/shareable.js";
import { TermsFields } from "#js/share/terms.js";
import { copy } from "#js/ui/clipboard.js";
import { Emitter } from "#js/ui/emitter.js";
import { clone, element, on } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

const NOTHING_CHOSEN = {
  leaf_id: "",
  alternative_ids: [],
  message_ids: null,
  masks: [],
  title: "",
};
const NO_BOUNDS = {
  public_links: false,
  default_lifetime_seconds: null,
  longest_lifetime_seconds: null,
  groups: [],
  default_omit: [],
};

/** @returns {ShareDialog} the page's only one, which is added here */
export function addShareDialog() {
  document.body.append(clone("share-dialog"));
  return new ShareDialog();
}

/**
 * @typedef {import("#js/share/links.js").Link} Link
 * @typedef {import("#js/share/shareable.js").Shareable} Shareable
 * @typedef {"links" | "create" | "change" | "update"} View
 *
 * @extends {Emitter<import("#js/events.js").ShareDialogEvents>}
 */
class ShareDialog extends Emitter {
  #dialog = element("share-dialog");
  #form = element("share-form");
  #faults = new FieldErrors(this.#dialog);
  #selection = new SelectionFields();
  #terms = new TermsFields();
  #draft = new DraftPreview(this.#selection, (action) => this.#attempt(action));
  #cards = new LinkCards(element("share-cards"));
  /** @type {Shareable} */
  #shareable = NONE;
  /** @type {Link[]} */
  #links = [];
  /** @type {import("#js/share/links.js").Bounds} */
  #bounds = NO_BOUNDS;
  /** @type {View} */
  #view = "links";
  /** @type {View} the view from which Back closes the dialog */
  #first = "links";
  /** @type {Link | null} the link that is changed or updated */
  #link = null;

  constructor() {
    super();
    this.#selection.on("change", () => this.#faults.clear());
    this.#terms.on("added", ({ username }) => this.#check(username));
    this.#cards.on("action", (detail) => this.#act(detail));
    on(this.#form, "submit", (event) => this.#submit(event));
    on(element("share-new"), "click", () => this.#show("create"));
    on(element("share-back"), "click", () => this.#back());
    on(element("share-jump"), "click", () => element("share-preview").scrollIntoView());
    on(this.#dialog, "close", () => this.#closed());
    for (const button of this.#dialog.querySelectorAll("[data-cancel]")) {
      on(button, "click", () => this.#dialog.close(""));
    }
  }

  /**
   * @param {Shareable} shareable
   * @param {string | null} [leafId] the last message to share
   */
  async open(shareable, leafId = null) {
    this.#shareable = shareable;
    this.#dialog.showModal();
    const known = await this.#attempt(() => links.linksOf(shareable.id));
    if (!known || !this.#isStillAt(shareable)) return;
    this.#links = known.links;
    this.#bounds = known;
    this.#first = leafId || this.#links.length === 0 ? "create" : "links";
    this.#show(this.#first, null, leafId);
    if (this.#first === "links") this.#cards.focus(this.#links[0].id);
  }

  /**
   * Changes or updates one link, on a page other than its conversation's.
   *
   * @param {"change" | "update"} view
   * @param {Link} link
   * @param {import("#js/share/links.js").Bounds} bounds
   * @param {Shareable} [shareable] for an update
   */
  openLink(view, link, bounds, shareable = NONE) {
    this.#shareable = shareable;
    this.#links = [link];
    this.#bounds = bounds;
    this.#first = view;
    this.#dialog.showModal();
    this.#show(view, link);
  }

  /** @param {View} view @param {Link | null} [link] @param {string | null} [leafId] */
  #show(view, link = null, leafId = null) {
    this.#view = view;
    this.#link = link;
    this.#faults.clear();
    this.#draft.end();
    this.#dialog.dataset.view = view;
    element("share-heading").textContent = word(`share-heading-${view}`);
    element("share-links").hidden = view !== "links";
    this.#form.hidden = view === "links";
    if (view === "links") this.#drawLinks();
    else this.#drawForm(leafId);
  }

  #drawLinks() {
    this.#cards.draw(this.#links, this.#shareable.messages.length > 0);
    element("share-new").hidden = this.#shareable.messages.length === 0;
    element("share-none").hidden = this.#links.length > 0;
  }

  /** @param {string | null} leafId */
  #drawForm(leafId) {
    const { default_omit: omit } = this.#bounds;
    const selection = this.#link?.selection ?? { ...NOTHING_CHOSEN, omit };
    this.#form.reset();
    element("share-selection").hidden = this.#view === "change";
    element("share-preview").hidden = this.#view === "change";
    for (const id of ["share-terms", "share-limits"]) element(id).hidden = this.#view === "update";
    element("share-submit").textContent = word(`share-${this.#view}`);
    element("share-back").textContent = word(
      this.#view === this.#first ? "share-cancel" : "share-back",
    );
    this.#selection.draw(this.#shareable, { selection, leafId });
    this.#terms.draw(this.#bounds, this.#link);
    element("share-choices").scrollTop = 0;
    this.#form.querySelector(".share-part:not([hidden]) input:not(:disabled)").focus();
    if (this.#view !== "change") this.#draft.begin(this.#shareable.id);
  }

  #back() {
    if (this.#view === this.#first) this.#dialog.close("");
    else this.#show("links");
  }

  #closed() {
    this.#draft.end();
    this.#faults.clear();
    this.#form.hidden = true;
    element("share-links").hidden = true;
    element("share-status").textContent = "";
  }

  /** @param {Shareable} shareable @returns {boolean} whether the dialog is still open for it */
  #isStillAt(shareable) {
    return this.#shareable === shareable && this.#dialog.open;
  }

  // Actions of the user

  /** @param {string | undefined} username the one added last */
  async #check(username) {
    this.#faults.clear();
    if (!username) return;
    const known = await this.#attempt(() => links.checkUser(username));
    if (known) this.#terms.rename(username, known);
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const submit = element("share-submit");
    submit.disabled = true;
    // The latest text may contain secrets that the site has not searched for yet.
    if (this.#view !== "change") await this.#draft.settled(isGrowing(this.#shareable));
    this.#faults.clear();
    const [shareable, view] = [this.#shareable, this.#view];
    const link = await this.#attempt(() => this.#send());
    submit.disabled = false;
    if (link && this.#isStillAt(shareable)) this.#done(view, link);
  }

  /** @returns {Promise<Link>} */
  #send() {
    const id = this.#link?.id ?? "";
    if (this.#view === "change") return links.change(id, this.#terms.value);
    if (this.#view === "update") return links.update(id, this.#selection.value);
    return links.create(this.#shareable.id, this.#selection.value, this.#terms.value);
  }

  /** @param {View} view @param {Link} link */
  #done(view, link) {
    this.#links = [link, ...this.#links.filter(({ id }) => id !== link.id)];
    this.#first = "links";
    this.#show("links");
    this.#cards.focus(link.id);
    this.#announce(`share-${view}d`);
  }

  /** @param {{action: string, id: string, button: HTMLElement}} detail */
  #act({ action, id, button }) {
    const link = this.#links.find((each) => each.id === id);
    if (!link) return;
    if (action === "copy") this.#copy(link, button);
    if (action === "change") this.#show("change", link);
    if (action === "update") this.#show("update", link);
    if (action === "revoke") this.#revoke(link);
  }

  /** @param {Link} link @param {HTMLElement} button */
  async #copy(link, button) {
    if (!(await copy(link.url))) return this.#faults.show(new links.Refusal(word("copy-failed")));
    button.textContent = word("copied");
    this.#announce("copied");
  }

  /** @param {Link} link */
  async #revoke(link) {
    this.#faults.clear();
    const isDone = await this.#attempt(() => links.revoke(link.id).then(() => true));
    if (!isDone) return;
    this.#links = this.#links.filter((each) => each !== link);
    this.#first = "links";
    this.#show("links");
    element("share-heading").focus();
    this.#announce("share-revoked");
  }

  /** @param {string} name of a sentence for screen readers */
  #announce(name) {
    element("share-status").textContent = word(name);
    if (name !== "copied") this.emit("changed");
  }

  /**
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T | null>} null if it was refused, which is shown, or aborted
   */
  async #attempt(action) {
    try {
      return await action();
    } catch (error) {
      if (error instanceof links.Refusal) this.#faults.show(error);
      else if (/** @type {Error} */ (error).name !== "AbortError") throw error;
      return null;
    }
  }
}
