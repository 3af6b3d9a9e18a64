/** The lines beside the composer: the connection, the release and the notices of the site. */

import { element, setText } from "#js/ui/markup.js";
import { duration, word } from "#js/ui/words.js";

// A connection that is back within this time is not worth a line that comes and goes.
const OFFLINE_SHOWN_AFTER_MS = 1_000;

/** @typedef {import("#js/events.js").ConnectionState} ConnectionState */

/** Shows, beside the composer, that the site cannot be reached. */
export class ConnectionLine {
  #line = element("offline-line");
  #button = this.#line.querySelector("button");
  #timer = 0;
  #sentence = "";

  /** @param {() => void} retry */
  constructor(retry) {
    this.#button.addEventListener("click", retry);
  }

  /** @param {ConnectionState} connection */
  update(connection) {
    if (connection.online) this.#setHidden();
    else this.#show(connection);
  }

  /** @param {ConnectionState} connection */
  #show({ reason, retryInSeconds }) {
    const time = duration(retryInSeconds * 1000);
    this.#sentence = word(`offline-${reason || "retry"}`, { time });
    this.#button.textContent = word(reason === "too-many-pages" ? "continue-here" : "try-now");
    if (!this.#line.hidden) this.#draw();
    this.#timer ||= setTimeout(() => this.#draw(), OFFLINE_SHOWN_AFTER_MS);
  }

  #draw() {
    this.#line.querySelector("p").textContent = this.#sentence;
    this.#line.hidden = false;
  }

  #setHidden() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#line.hidden = true;
  }
}

/** Offers to reload the page when the site runs another release than the page came from. */
export class ReleaseLine {
  #line = element("release-line");
  #release;

  /** @param {string} release that the page came from */
  constructor(release) {
    this.#release = release;
    this.#line.querySelector("button").addEventListener("click", () => location.reload());
  }

  /** @param {string} release */
  update(release) {
    this.#line.hidden = release === this.#release;
  }
}

/** Removes the notice about how the user came to this conversation, for instance from a link. */
export function dropArrivalNotice() {
  for (const line of document.querySelectorAll(".composer-line.is-arrival")) line.remove();
}

/** @param {string | null} notice why there is no model, or a different one than before */
export function showNotice(notice) {
  element("site-notice").hidden = !notice;
  setText(element("site-notice").querySelector("p"), notice ?? "");
}
