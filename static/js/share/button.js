/** The share button of the conversation page. */

import { addShareDialog } from "#js/share/dialog.js";
import { fetchShareable, shareableOf } from "#js/share/shareable.js";
import { element, on } from "#js/ui/markup.js";

export class ShareButton {
  #button = element("share-button");
  /** @type {ReturnType<typeof addShareDialog> | null} */
  #dialog = null;
  #state;

  /** @param {import("#js/state/state.js").State} state */
  constructor(state) {
    this.#state = state;
    on(this.#button, "click", () => this.open(null));
  }

  draw() {
    this.#button.hidden = this.#shareable.messages.length === 0;
  }

  /** @param {string | null} leafId the last message to share; null for the whole branch */
  async open(leafId) {
    const known = this.#shareable;
    const last = known.messages.at(-1);
    if (!last) return;
    const isWhole = known.messages.every((each) => !each.unloaded);
    const shareable = isWhole ? known : await fetchShareable(known.id, last.id);
    this.#dialog ??= addShareDialog();
    if (shareable) this.#dialog.open(shareable, leafId);
  }

  get #shareable() {
    const { conversation, branch, alternatives } = this.#state;
    return shareableOf(conversation, branch, alternatives);
  }
}
