/** Reloads the list of running answers every two seconds while the page is visible. */

const EVERY_MS = 2000;
/** A pointer that moved within this time may be about to press a button. */
const AIMING_MS = 3000;

const running = /** @type {HTMLElement} */ (document.getElementById("running"));
const stale = /** @type {HTMLElement} */ (document.getElementById("stale"));
let movedAt = -Infinity;

if (running) {
  running.addEventListener("pointermove", () => (movedAt = performance.now()));
  setTimeout(poll, EVERY_MS);
}

async function poll() {
  if (!document.hidden) stale.hidden = await refreshed();
  setTimeout(poll, EVERY_MS);
}

/** @returns {Promise<boolean>} whether the site has answered */
async function refreshed() {
  try {
    const answer = await fetch(running.dataset.source ?? "", { redirect: "error" });
    if (answer.ok) show(await answer.text());
    return answer.ok;
  } catch {
    return false;
  }
}

/** @param {string} text */
function show(text) {
  // Rows move up when answers end; they must not do so under a pointer about to press a button.
  const aiming = performance.now() - movedAt < AIMING_MS;
  if (aiming && running.querySelector("button:is(:hover, :active)")) return;
  const focused = document.activeElement?.id;
  const scrolled = document.getElementById("running-table")?.scrollLeft ?? 0;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  running.replaceChildren(...fresh.body.childNodes);
  // Keeps the scroll position and the focus in the table.
  document.getElementById("running-table")?.scrollTo(scrolled, 0);
  if (focused && running.querySelector(`#${CSS.escape(focused)}`)) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}
