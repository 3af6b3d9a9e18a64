"""Keys that a new site makes for itself, each in a file that only its owner can read."""

import os
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def stored_secret(path: Path, generate: Callable[[], str]) -> str:
    """The secret in the file `path`; made with `generate` and stored (mode 0600) when absent.

    Raises `ImproperlyConfigured` when the file can be neither read nor written, or is empty.
    """
    try:
        if not path.exists():
            _store(path, generate())
        secret = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The key file {path} cannot be used: {error}. "
            "Set DATA_DIR to a folder that this process may write to."
        ) from error
    if not secret:
        raise ImproperlyConfigured(f"The key file {path} is empty. Restore it from a backup.")
    return secret


def _store(path: Path, secret: str) -> None:
    # Written beside and linked into place, so that of two processes that start together one wins
    # and neither ever reads half a key.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
