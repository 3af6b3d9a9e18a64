/** Asks the site again for its models when they may have changed. */

const ASK_EVERY_MS = 3_000;

/**
 * Asks until there is a model. The bundled model takes a while to start.
 *
 * @param {import("#js/state/state.js").State} state
 */
export async function waitForModel(state) {
  while (state.models.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
    if (document.visibilityState === "visible") await refreshModels(state);
  }
}

/** @param {import("#js/state/state.js").State} state gets the present models */
export async function refreshModels(state) {
  try {
    const response = await fetch("/state.json");
    if (response.ok && !response.redirected) state.setModels(await response.json());
  } catch {
    // No connection, which the page shows elsewhere.
  }
}
