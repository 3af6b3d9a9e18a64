/**
 * Signing out, on every page that has a form for it: the browser forgets the user's texts, and so
 * does each other tab, which then loads its page anew.
 */

import { forgetUsers, hasDrafts } from "#js/state/browser_storage.js";

/** By then the site has heard of it; a page with a socket is told anyway. */
const RELOAD_MS = 1000;

const tabs = new BroadcastChannel("signed-out");
tabs.addEventListener("message", () => {
  forgetUsers();
  setTimeout(() => location.reload(), RELOAD_MS);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !/\/logout\/$/.test(form.action)) return;
  const { asksAbout } = form.dataset;
  if (asksAbout && hasDrafts(asksAbout)) {
    // The page of the form says that drafts are removed, and asks.
    event.preventDefault();
    location.assign(form.action);
    return;
  }
  forgetUsers();
  tabs.postMessage(null);
});
