/** Updates the preview of the shared page whenever the selection changes. */

import { preview, secretsIn } from "#js/share/links.js";
import { Preview } from "#js/share/preview.js";
import { element } from "#js/ui/markup.js";

const SETTLED_AFTER_MS = 250;

export class DraftPreview {
  #preview = new Preview(element("share-preview"));
  #selection;
  #attempt;
  #conversationId = "";
  #timer = 0;
  #request = new AbortController();
  /** @type {Promise<void>} */
  #updated = Promise.resolve();

  /**
   * @param {import("#js/share/selection.js").SelectionFields} selection
   * @param {(action: () => Promise<boolean>) => Promise<boolean | null>} attempt shows a refusal
   */
  constructor(selection, attempt) {
    this.#selection = selection;
    this.#attempt = attempt;
    selection.on("change", () => this.#updateSoon());
  }

  /** @param {string} conversationId the conversation to preview */
  begin(conversationId) {
    this.#conversationId = conversationId;
    this.#update();
  }

  /**
   * Waits until the latest selection is previewed and its secrets are listed.
   *
   * @param {boolean} isGrowing whether its text has grown since then
   */
  async settled(isGrowing) {
    if (this.#timer || isGrowing) this.#update();
    await this.#updated;
  }

  /** Stops and clears the preview. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#request.abort();
    this.#preview.clear();
  }

  #updateSoon() {
    this.#preview.wait();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#update(), SETTLED_AFTER_MS);
  }

  #update() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#request.abort();
    this.#request = new AbortController();
    this.#updated = this.#load(this.#request.signal);
  }

  /**
   * Asks for the secrets in the selection, and then for the page with these masked.
   *
   * @param {AbortSignal} signal
   */
  async #load(signal) {
    const id = this.#conversationId;
    const isShown = await this.#attempt(async () => {
      this.#preview.wait();
      this.#selection.offer(await secretsIn(id, this.#selection.value, signal));
      this.#preview.show(await preview(id, this.#selection.value, signal));
      return true;
    });
    // After a refusal the old preview would be wrong.
    if (!isShown && !signal.aborted) this.#preview.clear();
  }
}
