/** The marks of conversations: an answer is being written, or has ended and was not seen yet. */

import { Unread } from "#js/state/unread.js";
import { on } from "#js/ui/markup.js";
import { word } from "#js/ui/words.js";

/** @typedef {{answering: Set<string>, unread: Set<string>}} Marked ids of conversations */

export class Marks {
  #state;
  #unread;

  /** @param {import("#js/state/state.js").State} state */
  constructor(state) {
    this.#state = state;
    this.#unread = new Unread(state.user.username);
    on(window, "storage", () => state.changed());
    on(document, "visibilitychange", () => state.changed());
    // A hidden tab draws nothing, but its title is what is seen of it.
    state.on("changed", () => document.hidden && this.drawTitle());
  }

  /** @returns {Marked} */
  read() {
    const { conversation, generation } = this.#state;
    const answering = new Set(this.#state.answering);
    const id = conversation?.id ?? null;
    if (id && generation) answering.add(id);
    const unread = this.#unread.update(answering, document.hidden ? null : id);
    return { answering, unread };
  }

  /** Writes the title of the tab, with what happens here and the number of unread ends. */
  drawTitle() {
    const { conversation, conversations, generation, site } = this.#state;
    const { unread } = this.read();
    const count = conversations.filter(({ id }) => unread.has(id)).length;
    const title = `${conversation?.title || word("untitled")} · ${site.name}`;
    const mark = generation ? "… " : "";
    document.title = (count ? `(${count}) ` : mark) + title;
  }
}
