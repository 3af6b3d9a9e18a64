/** The way into the share dialog from the page of a conversation. */

import { drawShareDialog } from "#js/share/dialog.js";
import { shareableOf } from "#js/share/shareable.js";
import { element, on } from "#js/ui/markup.js";

export class ShareButton {
  #button = element("share-button");
  /** @type {ReturnType<typeof drawShareDialog> | null} */
  #dialog = null;
  #state;

  /** @param {import("#js/state/state.js").State} state */
  constructor(state) {
    this.#state = state;
    on(this.#button, "click", () => this.open(null));
  }

  draw() {
    this.#button.hidden = this.#talk.messages.length === 0;
  }

  /** @param {string | null} leafId up to which message; null for what the page shows */
  open(leafId) {
    if (this.#talk.messages.length === 0) return;
    this.#dialog ??= drawShareDialog();
    this.#dialog.open(this.#talk, leafId);
  }

  get #talk() {
    const { conversation, branch } = this.#state;
    return shareableOf(conversation, branch);
  }
}
