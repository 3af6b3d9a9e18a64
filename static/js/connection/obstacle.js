/**
 * The reason why the page has no connection, where the page can tell.
 *
 * A browser does not say why a websocket failed to open. A request to the same address does: the
 * site answers it with 426 (Upgrade Required), so that what keeps the page from a connection is on
 * the way, and must be a proxy that does not pass on the request to upgrade. The site opens websockets for
 * pages at its own addresses alone, and answers 403 if this page is at another one.
 *
 * @typedef {"proxy" | "address" | "signed-out" | null} Obstacle
 */

/** @type {Record<number, Obstacle>} */
const OBSTACLES = { 401: "signed-out", 403: "address", 426: "proxy" };

/**
 * @param {string} url of the websocket, as a path or as an address of http
 * @returns {Promise<Obstacle>} null if nothing is known, such as when the site is away
 */
export async function findObstacle(url) {
  try {
    const query = new URLSearchParams({ origin: location.origin });
    const { status } = await fetch(`${url}?${query}`, { cache: "no-store" });
    return OBSTACLES[status] ?? null;
  } catch {
    return null;
  }
}
