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
# Each worker has a database of its own on the server of `tests/on_postgres.py`, if that runs it.
POSTGRES = os.environ.get("TESTS_POSTGRES", "")
if POSTGRES:
    os.environ["DATABASE_URL"] = f"{POSTGRES}/{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"

from chatsite.settings import *  # noqa: E402, F403
from chatsite.settings import ALLOWED_HOSTS, DATABASES  # noqa: E402

ALLOWED_HOSTS = [*ALLOWED_HOSTS, "testserver"]
# Nothing of a test's database has to survive the machine: its commits never wait for the disk.
if not POSTGRES:
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
# The real hasher is slow on purpose; tests sign in hundreds of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC_ROOT = _PLACE / "static"
