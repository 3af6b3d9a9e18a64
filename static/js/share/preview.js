/** The preview: the shared page itself, in a sandboxed frame. */

const STYLE = /<style>([^<]*)<\/style>/;

/**
 * Shows the old page until the next one is loaded, so that nothing flashes, and keeps its scroll
 * position.
 */
export class Preview {
  #pane;
  #frames;

  /** @param {HTMLElement} pane */
  constructor(pane) {
    this.#pane = pane;
    this.#frames = /** @type {HTMLElement} */ (pane.querySelector('[data-part="frames"]'));
    // This window loses the focus to that of a frame, and has it back when a control here gets it.
    window.addEventListener("blur", () => this.#markFocus());
    document.addEventListener("focusin", () => this.#markFocus());
  }

  /** Marks the preview as loading. */
  wait() {
    this.#pane.setAttribute("aria-busy", "true");
  }

  /** @param {string} html the page of the shared page */
  show(html) {
    const frame = document.createElement("iframe");
    frame.title = this.#pane.querySelector("h3")?.textContent ?? "";
    // The same origin, so that the scroll position can be read; no scripts.
    frame.setAttribute("sandbox", "allow-same-origin");
    frame.addEventListener("load", () => this.#ready(frame), { once: true });
    const [style, rules] = STYLE.exec(html) ?? ["", ""];
    frame.addEventListener("load", () => adopt(frame, rules), { once: true });
    frame.srcdoc = html.replace(style, "");
    this.#frames.append(frame);
  }

  /** Shows nothing. */
  clear() {
    this.#frames.replaceChildren();
    this.#pane.setAttribute("aria-busy", "false");
  }

  /** In Chrome ":focus" never holds for a frame whose page has the focus. */
  #markFocus() {
    for (const frame of this.#frames.children)
      frame.classList.toggle("is-focused", document.activeElement === frame);
  }

  /** @param {HTMLIFrameElement} frame */
  #ready(frame) {
    if (!frame.isConnected) return;
    const former = /** @type {HTMLIFrameElement[]} */ ([...this.#frames.children]);
    const scrolled = former[0]?.contentWindow?.scrollY ?? 0;
    for (const each of former.slice(0, former.indexOf(frame))) each.remove();
    // Links and buttons are inactive: following one would leave the preview.
    frame.contentDocument?.addEventListener("click", (event) => event.preventDefault());
    frame.contentDocument?.addEventListener("submit", (event) => event.preventDefault());
    frame.contentWindow?.scrollTo(0, scrolled);
    if (this.#frames.lastElementChild === frame) this.#pane.setAttribute("aria-busy", "false");
  }
}

/**
 * Gives the page in a frame the styles of its formulas. The frame has the policy of this page, which
 * blocks what that of the shared page allows by its hash.
 *
 * @param {HTMLIFrameElement} frame
 * @param {string} rules
 */
function adopt({ contentWindow, contentDocument }, rules) {
  if (!rules || !contentWindow || !contentDocument) return;
  // A document adopts only sheets that its own window has made.
  const { CSSStyleSheet } = /** @type {typeof globalThis} */ (
    /** @type {unknown} */ (contentWindow)
  );
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(rules);
  contentDocument.adoptedStyleSheets.push(sheet);
}
