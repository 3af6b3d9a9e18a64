/** The preview: the very page that a reader will get, in a frame in which nothing can happen. */

/** Keeps what is shown until the next is ready, so that nothing flashes, and the place in it. */
export class Preview {
  #pane;
  #frames;

  /** @param {HTMLElement} pane */
  constructor(pane) {
    this.#pane = pane;
    this.#frames = /** @type {HTMLElement} */ (pane.querySelector('[data-part="frames"]'));
  }

  /** The next is on its way. */
  wait() {
    this.#pane.setAttribute("aria-busy", "true");
  }

  /** @param {string} html the page as the site wrote it */
  show(html) {
    const frame = document.createElement("iframe");
    frame.title = this.#pane.querySelector("h3")?.textContent ?? "";
    // Same origin, so that the place in it can be kept; without leave to run any script.
    frame.setAttribute("sandbox", "allow-same-origin");
    frame.addEventListener("load", () => this.#ready(frame), { once: true });
    frame.srcdoc = html;
    this.#frames.append(frame);
  }

  /** There is nothing that could be shown. */
  clear() {
    this.#frames.replaceChildren();
    this.#pane.setAttribute("aria-busy", "false");
  }

  /** @param {HTMLIFrameElement} frame */
  #ready(frame) {
    if (!frame.isConnected) return;
    const former = /** @type {HTMLIFrameElement[]} */ ([...this.#frames.children]);
    const place = former[0]?.contentWindow?.scrollY ?? 0;
    for (const each of former.slice(0, former.indexOf(frame))) each.remove();
    // Links and buttons are there to be seen: following one would leave the preview.
    frame.contentDocument?.addEventListener("click", (event) => event.preventDefault());
    frame.contentDocument?.addEventListener("submit", (event) => event.preventDefault());
    frame.contentWindow?.scrollTo(0, place);
    if (this.#frames.lastElementChild === frame) this.#pane.setAttribute("aria-busy", "false");
  }
}
