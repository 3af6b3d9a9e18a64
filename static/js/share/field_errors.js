/** Errors beside the fields that they concern, or above the form. */

export class FieldErrors {
  #root;
  #alert;

  /** @param {HTMLElement} root with an element `data-fault-of` for each field */
  constructor(root) {
    this.#root = root;
    this.#alert = /** @type {HTMLElement} */ (root.querySelector('[role="alert"]'));
  }

  clear() {
    for (const place of this.#places) place.textContent = "";
    for (const field of this.#root.querySelectorAll("[aria-invalid]")) {
      field.removeAttribute("aria-invalid");
    }
    this.#alert.hidden = true;
  }

  /** @param {import("#js/share/links.js").Refusal} refusal */
  show({ message, field }) {
    const place = this.#places.find((each) => each.dataset.faultOf === field);
    if (place && place.closest("[hidden]") === null) return this.#showBeside(place, message);
    this.#alert.textContent = message;
    this.#alert.hidden = false;
  }

  /** @param {HTMLElement} place @param {string} message */
  #showBeside(place, message) {
    place.textContent = message;
    const described = `[aria-describedby~="${place.id}"]`;
    const input =
      place.id && /** @type {HTMLElement | null} */ (this.#root.querySelector(described));
    if (input) input.setAttribute("aria-invalid", "true");
    place.scrollIntoView({ block: "nearest" });
  }

  /** @returns {HTMLElement[]} */
  get #places() {
    return [...this.#root.querySelectorAll("[data-fault-of]")].map(
      (each) => /** @type {HTMLElement} */ (each),
    );
  }
}
