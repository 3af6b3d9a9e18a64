/** The models that the site offers, asked for again when they may have changed. */

const LOOK_EVERY_MS = 3_000;

/**
 * Looks, as long as there is no model to talk to, until there is one: the bundled model takes a
 * while to start.
 *
 * @param {import("#js/state/state.js").State} state
 */
export async function waitForModel(state) {
  while (state.models.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    if (document.visibilityState === "visible") await refreshModels(state);
  }
}

/** @param {import("#js/state/state.js").State} state that learns what is offered now */
export async function refreshModels(state) {
  try {
    const response = await fetch("/state.json");
    if (response.ok && !response.redirected) state.setModels(await response.json());
  } catch {
    // No connection to the site, which the page says elsewhere.
  }
}
