"""Secrets that a new site generates, each in a file that only its owner can read."""

import os
from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def stored_secret(path: Path, generate: Callable[[], str]) -> str:
    """The secret in the file `path`, generated and stored (mode 0600) if it is absent.

    Raises `ImproperlyConfigured` if the file can be neither read nor written, or is empty.
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
    # Written to a temporary file and linked into place: of two processes that start together one
    # wins, and neither reads half a key.
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
