/** The pages of the administration. Each part looks for its elements. */

import "#js/pages/admin_live.js";
import "#js/pages/admin_names.js";
import "#js/pages/copy_field.js";
import "#js/pages/sign_out.js";
import "#js/pages/tick_all.js";
import { drawLocalTimes } from "#js/ui/local_times.js";

drawLocalTimes();
