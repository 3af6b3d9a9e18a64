/** The page on the way to the provider: forgets the user's texts where it leads to its sign-out. */

import { forgetUsers } from "#js/state/browser_storage.js";

if (/\/logout\/$/.test(location.pathname)) forgetUsers();
const on = document.getElementById("on");
if (on instanceof HTMLAnchorElement) location.replace(on.href);
