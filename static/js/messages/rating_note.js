/** The line under a rated answer with the user's note on it, and the form for the note. */

import { closeOnEscape } from "#js/ui/escape.js";
import { clone, on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/records.js").Message} Message */

export class RatingNote {
  #article;
  /** @type {HTMLElement | null} while the answer is rated: few are */
  #box = null;
  /** @type {((note: string) => Promise<boolean>) | null} while the form is open */
  #save = null;

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    // The focus stays on the thumb that opened the form.
    closeOnEscape(article, () => this.#close());
  }

  /** @param {Message} message */
  update({ rating }) {
    if (!rating) return this.#remove();
    const box = this.#box ?? this.#added();
    const direction = rating.value === 1 ? "up" : "down";
    setText(part(box, "question"), word(`rating-${direction}`));
    setText(part(box, "sentence"), rating.note || word(`rated-${direction}`));
    setText(part(box, "change"), word(rating.note ? "note-edit" : "note-add"));
    setHidden(part(box, "line"), this.#save !== null);
    setHidden(part(box, "form"), this.#save === null);
  }

  /**
   * Offers the form. The focus stays where it is: most people rate and go on.
   *
   * @param {Message} message that is rated
   * @param {(note: string) => Promise<boolean>} save resolves to whether it was saved; if not, the
   *   form stays open
   */
  open(message, save) {
    this.#save = save;
    this.update(message);
    if (this.#box) part(this.#box, "text").value = message.rating?.note ?? "";
  }

  /** Puts the focus into the form. */
  focus() {
    if (this.#box) part(this.#box, "text").focus();
  }

  // Internal

  #added() {
    const box = clone("rating-note");
    on(part(box, "form"), "submit", (event) => this.#submitted(event));
    on(part(box, "skip"), "click", () => this.#close());
    part(this.#article, "actions").after(box);
    this.#box = box;
    return box;
  }

  /** @param {SubmitEvent} event */
  async #submitted(event) {
    event.preventDefault();
    if (!this.#box || !this.#save) return;
    const isSaved = await this.#save(part(this.#box, "text").value.trim());
    if (isSaved) this.#close();
  }

  /** @returns {boolean} whether the form was open */
  #close() {
    if (!this.#box || !this.#save) return false;
    this.#save = null;
    const hadFocus = this.#box.contains(document.activeElement);
    setHidden(part(this.#box, "line"), false);
    setHidden(part(this.#box, "form"), true);
    if (hadFocus) part(this.#box, "change").focus();
    return true;
  }

  #remove() {
    this.#box?.remove();
    this.#box = null;
    this.#save = null;
  }
}
