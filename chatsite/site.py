"""Settings of the site's name and addresses; :mod:`chatsite.settings` takes them over."""

from chatsite.env import env_int, env_list, env_str
from chatsite.origins import site_origins

PORT = env_int("PORT", 8000, maximum=65535)
SITE_NAME = env_str("SITE_NAME", "Parley")
SITE_ORIGINS = site_origins(
    env_list("SITE_URL", f"http://127.0.0.1:{PORT},http://localhost:{PORT}")
)
SITE_URL = SITE_ORIGINS[0]
SERVED_OVER_TLS = SITE_URL.startswith("https://")
