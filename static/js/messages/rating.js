/** Ratings of answers: a thumb, shown at once, and an optional note. */

/** @typedef {import("#js/state/records.js").Message} Message */

export class Ratings {
  #state;
  #socket;

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/connection/socket.js").Socket} socket
   */
  constructor(state, socket) {
    this.#state = state;
    this.#socket = socket;
  }

  /**
   * Rates an answer, or removes its rating. It is shown at once, and as it was if the site refuses.
   *
   * @param {Message} message
   * @param {Message["rating"]} rating
   * @returns {Promise<void>} rejected with the site's `error` frame
   */
  async set({ id, rating: before = null }, rating) {
    this.#show(id, rating);
    const { value, note } = rating ?? { value: 0, note: "" };
    try {
      await this.#socket.request({ type: "message.rate", message_id: id, value, note });
    } catch (refusal) {
      this.#show(id, before);
      throw refusal;
    }
  }

  /** @param {string} id @param {Message["rating"]} rating */
  #show(id, rating) {
    const message = this.#state.message(id);
    if (message) this.#state.replace({ ...message, rating });
  }
}
