/** What is being written now, looked at again every two seconds for as long as the page is seen. */

const EVERY_MS = 2000;
/** How long after its last movement a pointer is held to be on its way to a button. */
const AIMING_MS = 3000;

const running = /** @type {HTMLElement} */ (document.getElementById("running"));
const stale = /** @type {HTMLElement} */ (document.getElementById("stale"));
let movedAt = -Infinity;
running.addEventListener("pointermove", () => (movedAt = performance.now()));

async function look() {
  if (!document.hidden) stale.hidden = await refreshed();
  setTimeout(look, EVERY_MS);
}

/** Whether the site has answered. */
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
  // Rows move up when answers end: not below a pointer that is about to stop one of them.
  const aiming = performance.now() - movedAt < AIMING_MS;
  if (aiming && running.querySelector("button:is(:hover, :active)")) return;
  const focused = document.activeElement?.id;
  const scrolled = document.getElementById("running-table")?.scrollLeft ?? 0;
  const fresh = new DOMParser().parseFromString(text, "text/html");
  running.replaceChildren(...fresh.body.childNodes);
  // Whoever reads or works in the table stays where they are.
  document.getElementById("running-table")?.scrollTo(scrolled, 0);
  if (focused && running.querySelector(`#${CSS.escape(focused)}`)) {
    document.getElementById(focused)?.focus({ preventScroll: true });
  }
}

setTimeout(look, EVERY_MS);
