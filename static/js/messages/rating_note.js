/**
 * The line under a rated answer with the user's note on it, and the form for the note. A note that
 * was begun is a draft in the browser: the form is open again after a reload.
 */

import { draft } from "#js/state/drafts.js";
import { closeOnEscape } from "#js/ui/escape.js";
import { grow } from "#js/ui/growing.js";
import { checkLength } from "#js/ui/length_limit.js";
import { clone, on, part, setHidden, setText } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {import("#js/state/records.js").Message} Message */

export class RatingNote {
  #article;
  /** @type {HTMLElement | null} while the answer is rated: few are */
  #box = null;
  #isOpen = false;
  #draft = draft("");

  /** @param {HTMLElement} article */
  constructor(article) {
    this.#article = article;
    // The focus stays on the thumb that opened the form. The text remains as a draft.
    closeOnEscape(article, () => this.#close());
  }

  /** @param {Message} message @param {string} owner the username */
  update({ id, rating }, owner) {
    if (!rating) return this.#remove();
    const box = this.#box ?? this.#added(draft(`${owner}:note:${id}`));
    const direction = rating.value === 1 ? "up" : "down";
    setText(part(box, "question"), word(`rating-${direction}`));
    setText(part(box, "sentence"), rating.note || word(`rated-${direction}`));
    setText(part(box, "change"), word(rating.note ? "note-edit" : "note-add"));
    setHidden(part(box, "line"), this.#isOpen);
    setHidden(part(box, "form"), !this.#isOpen);
  }

  /**
   * Offers the form. The focus stays where it is: most people rate and go on.
   *
   * @param {Message} message that is rated
   * @param {string} owner
   */
  open(message, owner) {
    this.#isOpen = true;
    this.update(message, owner);
    if (this.#box) this.#fill(this.#draft.load() || message.rating?.note || "");
  }

  /** Puts the focus into the form. */
  focus() {
    if (this.#box) part(this.#box, "text").focus();
  }

  /** @returns {string | null} the note to save; null while it is too long, which the form says */
  get written() {
    if (!this.#box || !part(this.#box, "form").reportValidity()) return null;
    return part(this.#box, "text").value.trim();
  }

  /** Closes the form, whose text is saved or not wanted. */
  finish() {
    this.#draft.clear();
    this.#close();
  }

  // Internal

  /** @param {import("#js/state/drafts.js").Draft} stored */
  #added(stored) {
    const box = clone("rating-note");
    this.#box = box;
    this.#draft = stored;
    on(part(box, "form"), "submit", (event) => event.preventDefault());
    on(part(box, "skip"), "click", () => this.finish());
    on(part(box, "text"), "input", ({ target }) => stored.save(target.value));
    part(this.#article, "actions").after(box);
    this.#isOpen ||= stored.load() !== "";
    this.#fill(stored.load());
    return box;
  }

  /** @param {string} text */
  #fill(text) {
    if (!this.#box) return;
    const field = part(this.#box, "text");
    field.value = text;
    grow(field);
    checkLength(field);
  }

  /** @returns {boolean} whether the form was open */
  #close() {
    if (!this.#box || !this.#isOpen) return false;
    this.#isOpen = false;
    const hadFocus = this.#box.contains(document.activeElement);
    setHidden(part(this.#box, "line"), false);
    setHidden(part(this.#box, "form"), true);
    if (hadFocus) part(this.#box, "change").focus();
    return true;
  }

  #remove() {
    this.#box?.remove();
    this.#box = null;
    this.#isOpen = false;
  }
}
