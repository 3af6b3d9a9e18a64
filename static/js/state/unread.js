/**
 * The conversations whose answers have ended and were not seen since, for all tabs of the browser.
 *
 * Stored with those that were answering, so that an answer that ends while no page is open is
 * noticed too. The first tab that sees the end notes it; a tab that shows the conversation takes
 * the note back.
 */

/** @typedef {{answering: string[], unread: string[]}} Stored */

// More than anybody comes back to.
const MOST = 100;

export class Unread {
  #key;

  /** @param {string} username */
  constructor(username) {
    this.#key = `unread:${username}`;
  }

  /**
   * @param {Set<string>} answering the conversations with a running answer
   * @param {string | null} seen the conversation that the user has before their eyes
   * @returns {Set<string>} the unread ones
   */
  update(answering, seen) {
    const stored = this.#load();
    const ended = stored.answering.filter((id) => !answering.has(id));
    const unread = new Set([...stored.unread, ...ended].filter((id) => !answering.has(id)));
    if (seen) unread.delete(seen);
    this.#save(stored, { answering: [...answering].sort(), unread: [...unread].slice(-MOST) });
    return unread;
  }

  /** @returns {Stored} */
  #load() {
    try {
      const { answering = [], unread = [] } = JSON.parse(localStorage.getItem(this.#key) ?? "{}");
      return { answering, unread };
    } catch {
      return { answering: [], unread: [] };
    }
  }

  /** @param {Stored} before @param {Stored} after */
  #save(before, after) {
    // The other tabs hear of each change, and write nothing for one that they agree with.
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    try {
      localStorage.setItem(this.#key, JSON.stringify(after));
    } catch {
      // Without storage the marks last as long as the page shows them.
    }
  }
}
