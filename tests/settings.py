"""The site's own settings under an environment that no test inherits from the machine."""

import os
import re
import tempfile
from pathlib import Path

# Before the import below, which reads it: a place of this run's own, and no model or upstream.
_PLACE = Path(tempfile.mkdtemp(prefix="parley-tests-"))
_PROJECT = Path(__file__).resolve().parent.parent / "chatsite"
_READ = re.compile(r"\benv_\w+\(\s*\"([A-Z_]+)\"")
for _name in {name for file in _PROJECT.glob("*.py") for name in _READ.findall(file.read_text())}:
    os.environ.pop(_name, None)
    os.environ.pop(f"{_name}_FILE", None)
os.environ["DATA_DIR"] = str(_PLACE)
os.environ["LOCAL_MODEL"] = "off"

from chatsite.settings import *  # noqa: E402, F403
from chatsite.settings import ALLOWED_HOSTS, DATABASES  # noqa: E402

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
# A file, because an in-memory database cannot be shared with the threads of a live server.
DATABASES["default"]["TEST"] = {"NAME": str(_PLACE / "test.sqlite3")}
# Nothing of a test's database has to survive the machine: its commits never wait for the disk.
DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The real hasher is slow on purpose; tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = _PLACE / "static"
