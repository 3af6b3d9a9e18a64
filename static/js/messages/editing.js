/** Edits a message of the user in place. */

import { apart } from "#js/composer/attached_text.js";
import { Attachments } from "#js/composer/attachments.js";
import { complaintOf, lengthWith } from "#js/composer/message_length.js";
import { attachLongPastes } from "#js/composer/text_files.js";
import { closeOnEscape } from "#js/ui/escape.js";
import { grow } from "#js/ui/growing.js";
import { clone, on, part, setText } from "#js/ui/markup.js";
import { isSendingKey, nameEnterKey } from "#js/ui/sending_key.js";

/** @typedef {import("#js/state/drafts.js").Draft} Draft */

/** The text box that replaces a message while it is edited. */
export class Editing {
  #article;
  /** @type {HTMLElement | null} while it is open */
  #form = null;
  /** @type {Attachments | null} */
  #attachments = null;
  #isBusy = false;

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    // The text remains as a draft.
    closeOnEscape(article, () => this.#close());
  }

  /** @param {boolean} isBusy whether an answer is running: sending has to wait */
  update(isBusy) {
    this.#isBusy = isBusy;
    if (this.#form) this.#draw(this.#form);
  }

  /**
   * @param {string} content
   * @param {Draft} draft of the new content; an unfinished one comes back
   * @param {(content: string) => boolean} send returns whether it was sent; if not, it stays open
   */
  open(content, draft, send) {
    if (this.#form) return part(this.#form, "edit-text").focus();
    const form = clone("edit");
    this.#form = form;
    const box = part(form, "edit-text");
    this.#attachments = new Attachments(part(form, "edit-attached"), box);
    const { text, attached } = apart(draft.load() || content);
    box.value = text;
    this.#attachments.draw(attached);
    nameEnterKey(box);
    this.#listen(form, draft, send);
    this.#draw(form);
    this.#article.classList.add("is-edited");
    part(this.#article, "content").after(form);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  // Internal

  /** @param {HTMLElement} form @param {Draft} draft @param {(content: string) => boolean} send */
  #listen(form, draft, send) {
    const box = part(form, "edit-text");
    const attachments = /** @type {Attachments} */ (this.#attachments);
    const content = () => [box.value, attachments.content].filter(Boolean).join("\n\n");
    const changed = () => {
      draft.save(content());
      this.#draw(form);
    };
    on(part(form, "edit-cancel"), "click", () => this.#finish(draft));
    on(box, "input", changed);
    on(box, "keydown", (event) => this.#pressed(event));
    attachLongPastes(box, (attached) => attachments.add([attached]));
    attachments.on("changed", changed);
    attachments.on("unfolded", ({ text }) => insert(box, text, changed));
    on(form, "submit", (event) => {
      event.preventDefault();
      if (this.#maySend(form) && send(content())) this.#finish(draft);
    });
  }

  /** @param {HTMLElement} form */
  #draw(form) {
    part(form, "edit-wait").hidden = !this.#isBusy;
    setText(part(form, "edit-fault"), complaintOf(this.#length(form)));
    part(form, "edit-send").disabled = !this.#maySend(form);
  }

  /** @param {HTMLElement} form @returns {number} */
  #length(form) {
    return lengthWith(part(form, "edit-text").value, this.#attachments ?? { length: 0 });
  }

  /** @param {HTMLElement} form @returns {boolean} */
  #maySend(form) {
    const isEmpty = part(form, "edit-text").value.trim() === "" && !this.#attachments?.length;
    return !this.#isBusy && !isEmpty && complaintOf(this.#length(form)) === "";
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (!isSendingKey(event)) return;
    event.preventDefault();
    /** @type {HTMLFormElement} */ (this.#form).requestSubmit();
  }

  /** @param {Draft} draft to delete */
  #finish(draft) {
    draft.clear();
    this.#close();
  }

  /** @returns {boolean} whether it was open */
  #close() {
    if (!this.#form) return false;
    this.#form.remove();
    this.#form = null;
    this.#article.classList.remove("is-edited");
    part(this.#article, "edit").focus();
    return true;
  }
}

/**
 * Puts a text where the cursor is.
 *
 * @param {HTMLTextAreaElement} box
 * @param {string} text
 * @param {() => void} changed
 */
function insert(box, text, changed) {
  box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
  grow(box);
  changed();
  box.focus();
}
