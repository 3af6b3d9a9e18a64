/** The connection as the user notices it: the line beside the composer, and stopping without one. */

import { ConnectionLine } from "#js/composer/lines.js";
import { word } from "#js/ui/words.js";

/**
 * @typedef {object} Controllers
 * @property {import("#js/state/state.js").State} state
 * @property {import("#js/connection/socket.js").Socket} socket
 * @property {import("#js/pages/turns.js").Turns} turns
 * @property {import("#js/pages/queued_turns.js").QueuedTurns} queued
 * @property {import("#js/composer/composer.js").Composer} composer
 */

export class Connectivity {
  #page;
  #line = new ConnectionLine();

  /** @param {Controllers} page */
  constructor(page) {
    this.#page = page;
    page.socket.on("connection", (detail) => this.#line.update(detail));
    this.#line.on("retry", () => page.socket.open());
    this.#line.on("shown", ({ isShown }) => page.state.setOffline(isShown));
  }

  /** Stops the answers on the page. What the site never had goes back to the message box. */
  stop() {
    const { composer, queued, state, turns } = this.#page;
    if (!state.generation) return;
    const unsent = turns.stop();
    if (!unsent) return this.#line.stop();
    queued.takeBack(unsent);
    composer.returnText(word("taken-back"), unsent.content ?? "");
  }
}
