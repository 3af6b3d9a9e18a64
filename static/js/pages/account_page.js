import "#js/pages/copy_field.js";
import { drawLocalTimes } from "#js/ui/local_times.js";

drawLocalTimes();
