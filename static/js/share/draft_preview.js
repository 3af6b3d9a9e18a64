/** Keeps the preview what a reader would get of what is chosen now. */

import { preview, secretsIn } from "#js/share/links.js";
import { Preview } from "#js/share/preview.js";
import { element } from "#js/ui/markup.js";

const SETTLED_AFTER_MS = 250;

export class DraftPreview {
  #preview = new Preview(element("share-preview"));
  #selection;
  #tried;
  #conversationId = "";
  #timer = 0;
  #asking = new AbortController();
  /** @type {Promise<void>} */
  #looked = Promise.resolve();

  /**
   * @param {import("#js/share/selection.js").SelectionFields} selection
   * @param {(deed: () => Promise<boolean>) => Promise<boolean | null>} tried shows what was refused
   */
  constructor(selection, tried) {
    this.#selection = selection;
    this.#tried = tried;
    selection.on("change", () => this.#lookSoon());
  }

  /** @param {string} conversationId whose draft is to be seen from now on */
  begin(conversationId) {
    this.#conversationId = conversationId;
    this.#look();
  }

  /** What was chosen last has been looked at, and what in it is secret has been offered. */
  async settled() {
    if (this.#timer) this.#look();
    await this.#looked;
  }

  /** Nothing is shown any more. */
  end() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#asking.abort();
    this.#preview.clear();
  }

  #lookSoon() {
    this.#preview.wait();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#look(), SETTLED_AFTER_MS);
  }

  #look() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#looked = this.#shown(this.#asking.signal);
  }

  /**
   * Asks what is in the selection to be masked, and then for the page, with that masked.
   *
   * @param {AbortSignal} signal
   */
  async #shown(signal) {
    const id = this.#conversationId;
    const isShown = await this.#tried(async () => {
      this.#preview.wait();
      this.#selection.offer(await secretsIn(id, this.#selection.value, signal));
      this.#preview.show(await preview(id, this.#selection.value, signal));
      return true;
    });
    // What was refused must not look as if it were what a reader will get.
    if (!isShown && !signal.aborted) this.#preview.clear();
  }
}
