/**
 * The page after a sign-out forgets the user's texts once more: the form may have been sent before
 * the script of its page ran.
 */

import { forgetUsers } from "#js/state/browser_storage.js";

/** LOGOUT_REDIRECT_URL ends with it; browsers keep it on the way to the form of signing in. */
const MARK = "#signed-out";

// A link on another site must not remove the texts of a user whose session has ended.
if (location.hash === MARK && document.referrer.startsWith(`${location.origin}/`)) {
  forgetUsers();
  new BroadcastChannel("signed-out").postMessage(null);
}
if (location.hash === MARK) history.replaceState(null, "", location.pathname + location.search);
