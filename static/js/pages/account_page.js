import "#js/pages/copy_field.js";
import "#js/pages/sign_out.js";
import { drawLocalTimes } from "#js/ui/local_times.js";

drawLocalTimes();
