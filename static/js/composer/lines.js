/** The lines beside the composer: the connection, the release and the notices of the site. */

import { Emitter } from "#js/ui/emitter.js";
import { clone, element, part, setText } from "#js/ui/markup.js";
import { duration, word } from "#js/ui/words.js";

// A connection that is back within this time is not worth a line that comes and goes.
const OFFLINE_SHOWN_AFTER_MS = 1_000;

/** @typedef {import("#js/events.js").ConnectionState} ConnectionState */

/**
 * Shows, beside the composer, that the site cannot be reached.
 *
 * @extends {Emitter<import("#js/events.js").ConnectionLineEvents>}
 */
export class ConnectionLine extends Emitter {
  #line = element("offline-line");
  #button = this.#line.querySelector("button");
  #timer = 0;
  #sentence = "";
  #stops = false;

  constructor() {
    super();
    this.#button.addEventListener("click", () => this.emit("retry"));
  }

  /** @param {ConnectionState} connection */
  update(connection) {
    if (connection.online) this.#hide();
    else this.#show(connection);
  }

  /** Says that the answer will be stopped once the site can be reached, if it cannot be now. */
  stop() {
    this.#stops = this.#timer !== 0;
    if (this.#stops) this.#draw();
  }

  /** @param {ConnectionState} connection */
  #show({ reason, retryInSeconds }) {
    const time = duration(retryInSeconds * 1000);
    this.#sentence = word(`offline-${reason || "retry"}`, { time });
    this.#button.textContent = word(reason === "too-many-pages" ? "continue-here" : "try-now");
    const isSure = reason === "offline" || !this.#line.hidden;
    this.#timer ||= setTimeout(() => this.#draw(), OFFLINE_SHOWN_AFTER_MS);
    if (isSure) this.#draw();
  }

  #draw() {
    const sentences = [this.#sentence, ...(this.#stops ? [word("offline-stop")] : [])];
    setText(this.#line.querySelector("p"), sentences.join(" "));
    this.#line.hidden = false;
    this.emit("shown", { isShown: true });
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#stops = false;
    this.#line.hidden = true;
    this.emit("shown", { isShown: false });
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

/** @param {string} sentence about how the user came to this conversation, in place of another */
export function showArrivalNotice(sentence) {
  dropArrivalNotice();
  const line = clone("arrival-line");
  element("undo-lines").before(line);
  part(line, "sentence").textContent = sentence;
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
