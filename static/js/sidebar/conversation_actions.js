/** The actions on the list of conversations: rename, delete, restore, load older ones. */

import { openLinksOf } from "#js/share/links.js";
import { Marks } from "#js/sidebar/marks.js";
import { Sidebar } from "#js/sidebar/sidebar.js";
import { askAboutLinks, askTitle } from "#js/ui/dialogs.js";
import { Emitter } from "#js/ui/emitter.js";
import { word } from "#js/ui/words.js";

// The site lists this many at once (docs/protocol.md); fewer mean that there are no more.
const LISTED_AT_ONCE = 50;

/** @extends {Emitter<import("#js/events.js").ConversationActionsEvents>} */
export class ConversationActions extends Emitter {
  #state;
  #socket;
  #sidebar = new Sidebar();
  #marks;
  #hasOlder;

  /**
   * @param {import("#js/state/state.js").State} state
   * @param {import("#js/connection/socket.js").Socket} socket
   */
  constructor(state, socket) {
    super();
    this.#state = state;
    this.#socket = socket;
    this.#marks = new Marks(state);
    this.#hasOlder = state.conversations.length >= LISTED_AT_ONCE;
    const sidebar = this.#sidebar;
    sidebar.on("open", (detail) => this.emit("open", detail));
    sidebar.on("rename", ({ id }) => this.#rename(id));
    sidebar.on("delete", ({ id }) => this.#delete(id));
    sidebar.on("older", () => this.#showOlder());
  }

  draw() {
    const { conversations, conversation } = this.#state;
    this.#sidebar.draw(conversations, conversation?.id ?? null, this.#hasOlder);
    this.#sidebar.mark(this.#marks.read());
  }

  /** Writes the title of the tab. */
  drawTitle() {
    this.#marks.drawTitle();
  }

  /** @param {string} id */
  async #rename(id) {
    const title = await askTitle(this.#titleOf(id));
    if (title === null) return;
    this.#ask({ type: "conversation.rename", conversation_id: id, title });
  }

  /** @param {string} id */
  async #delete(id) {
    const title = this.#titleOf(id) || word("untitled");
    const wasOpen = this.#state.conversation?.id === id;
    const links = await openLinksOf(id);
    const deletion = links === 0 ? { keepsLinks: false } : await askAboutLinks(links);
    if (!deletion) return;
    const frame = { type: "conversation.delete", conversation_id: id };
    const isDone = await this.#ask({ ...frame, keep_links: deletion.keepsLinks });
    if (isDone) this.emit("deleted", { id, title, wasOpen });
  }

  /**
   * @param {string} id of a deleted conversation
   * @returns {Promise<boolean>} whether it was restored
   */
  restore(id) {
    return this.#ask({ type: "conversation.restore", conversation_id: id });
  }

  /**
   * @param {import("#js/connection/frame.js").Frame} frame about one conversation
   * @returns {Promise<boolean>} whether it was done
   */
  async #ask(frame) {
    try {
      await this.#socket.request(frame);
      return true;
    } catch (refusal) {
      const error = /** @type {import("#js/connection/frame.js").Frame} */ (refusal);
      // Deleted in another tab, or by this request if its first answer was lost.
      if (error.code === "not_found") this.emit("gone", { id: frame.conversation_id });
      else this.emit("failed", error.message);
      return false;
    }
  }

  async #showOlder() {
    const before = this.#state.conversations.at(-1)?.updated_at ?? "";
    try {
      const query = new URLSearchParams({ before });
      const response = await fetch(`/conversations.json?${query}`);
      const { conversations } = await response.json();
      this.#hasOlder = conversations.length >= LISTED_AT_ONCE;
      this.#state.listOlder(conversations);
    } catch {
      this.emit("failed", word("load-failed"));
    }
  }

  /** @param {string} id @returns {string} */
  #titleOf(id) {
    return this.#state.conversations.find((each) => each.id === id)?.title ?? "";
  }
}
