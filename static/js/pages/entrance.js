/** The forms of signing in and of an account: password fields and passkeys. */

import "#js/pages/passkeys.js";
import "#js/pages/show_password.js";
import "#js/pages/signed_out.js";
