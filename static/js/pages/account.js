/** The pages of an account. Each part looks for its elements. */

import "#js/pages/copy_field.js";
import "#js/pages/entrance.js";
import "#js/pages/sign_out.js";
import { drawLocalTimes } from "#js/ui/local_times.js";

drawLocalTimes();
// The share dialog comes with it, which no other page of an account needs.
if (document.getElementById("link-problem")) import("#js/pages/account_links.js");
