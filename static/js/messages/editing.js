/** Another wording for a message of the reader's, written where the message stands. */

import { clone, on, part } from "#js/ui/markup.js";

/** @typedef {import("#js/state/drafts.js").Draft} Draft */

const COMPOSING_KEY_CODE = 229;

/** The text box that opens in the place of a message. */
export class Editing {
  #article;
  /** @type {HTMLElement | null} while it is open */
  #form = null;
  #isBusy = false;

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
  }

  /** @param {boolean} isBusy whether an answer is being written, which a wording has to wait for */
  update(isBusy) {
    this.#isBusy = isBusy;
    if (this.#form) this.#draw(this.#form);
  }

  /**
   * @param {string} content
   * @param {Draft} draft of the new wording; what an earlier one left there comes back
   * @param {(text: string) => boolean} send tells whether it was sent; if not, it stays here
   */
  open(content, draft, send) {
    if (this.#form) return part(this.#form, "edit-text").focus();
    const form = clone("edit");
    this.#form = form;
    const box = part(form, "edit-text");
    box.value = draft.load() || content;
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
    if (event.isComposing || event.keyCode === COMPOSING_KEY_CODE) return;
    if (event.key === "Escape" && !event.shiftKey) {
      // It means this box, not the answer that may be running. What is in it is put aside.
      event.stopPropagation();
      this.#close();
    }
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    /** @type {HTMLFormElement} */ (this.#form).requestSubmit();
  }

  /** @param {Draft} draft that is of no use any more */
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
