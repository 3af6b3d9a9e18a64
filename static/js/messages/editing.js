/** Edits a message of the user in place. */

import { clone, on, part } from "#js/ui/markup.js";
import { isSendingKey, nameEnterKey } from "#js/ui/sending_key.js";

/** @typedef {import("#js/state/drafts.js").Draft} Draft */

/** The text box that replaces a message while it is edited. */
export class Editing {
  #article;
  /** @type {HTMLElement | null} while it is open */
  #form = null;
  #isBusy = false;

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
  }

  /** @param {boolean} isBusy whether an answer is running: sending has to wait */
  update(isBusy) {
    this.#isBusy = isBusy;
    if (this.#form) this.#draw(this.#form);
  }

  /**
   * @param {string} content
   * @param {Draft} draft of the new text; an unfinished one comes back
   * @param {(text: string) => boolean} send returns whether it was sent; if not, the box stays open
   */
  open(content, draft, send) {
    if (this.#form) return part(this.#form, "edit-text").focus();
    const form = clone("edit");
    this.#form = form;
    const box = part(form, "edit-text");
    box.value = draft.load() || content;
    nameEnterKey(box);
    this.#listen(form, draft, send);
    this.#draw(form);
    this.#article.classList.add("is-edited");
    part(this.#article, "content").after(form);
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }

  // Internal

  /** @param {HTMLElement} form @param {Draft} draft @param {(text: string) => boolean} send */
  #listen(form, draft, send) {
    const box = part(form, "edit-text");
    on(part(form, "edit-cancel"), "click", () => this.#finish(draft));
    on(box, "input", () => {
      draft.save(box.value);
      this.#draw(form);
    });
    on(box, "keydown", (event) => this.#pressed(event));
    on(form, "submit", (event) => {
      event.preventDefault();
      if (!this.#isBusy && box.value.trim() !== "" && send(box.value)) this.#finish(draft);
    });
  }

  /** @param {HTMLElement} form */
  #draw(form) {
    part(form, "edit-wait").hidden = !this.#isBusy;
    part(form, "edit-send").disabled = this.#isBusy || part(form, "edit-text").value.trim() === "";
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    if (event.key === "Escape" && !event.shiftKey) {
      // Escape closes this box and must not stop a running answer. The text remains as a draft.
      event.stopPropagation();
      this.#close();
    }
    if (!isSendingKey(event)) return;
    event.preventDefault();
    /** @type {HTMLFormElement} */ (this.#form).requestSubmit();
  }

  /** @param {Draft} draft to delete */
  #finish(draft) {
    draft.clear();
    this.#close();
  }

  #close() {
    this.#form?.remove();
    this.#form = null;
    this.#article.classList.remove("is-edited");
    part(this.#article, "edit").focus();
  }
}
