"""The folder of the site's data, and the secrets that a new site generates in it.

Each secret is in a file that only its owner can read.
"""

import os
from collections.abc import Callable
from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from chatsite.file_faults import exists, obstacle, obstacle_of_folder


def data_folder(name: str) -> Path:
    """The folder `name`, made if it is absent."""
    path = Path(os.path.realpath(name))
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        reason = obstacle_of_folder(path) or f"{error.strerror}."
        raise ImproperlyConfigured(
            f"DATA_DIR is {path}, which cannot be made: {reason} "
            "Set it to a folder that this process may write to."
        ) from error
    return path


def stored_secret(path: Path, generate: Callable[[], str]) -> str:
    """The secret in the file `path`, generated and stored (mode 0600) if it is absent.

    Raises `ImproperlyConfigured` if the file can be neither read nor written, or has no key.
    """
    try:
        if not path.exists():
            _store(path, generate())
    except OSError as error:
        raise _unusable(path, error) from error
    secret = _text_of(path)
    if not secret:
        raise ImproperlyConfigured(f"The key file {path} is empty. Restore it from a backup.")
    return secret


def stored_fallbacks(path: Path) -> list[str]:
    """The former keys in the file `path`, one a line; none if there is no such file."""
    return _text_of(path).split() if exists(path) else []


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise _unusable(path, error) from error
    except UnicodeDecodeError as error:
        raise ImproperlyConfigured(
            f"The key file {path} is damaged: it is no text. Restore it from a backup."
        ) from error


def _unusable(path: Path, error: OSError) -> ImproperlyConfigured:
    reason = obstacle(path) or f"{error.strerror}."
    return ImproperlyConfigured(
        f"The key file {path} cannot be used: {reason} "
        "DATA_DIR has to be a folder that this process may write to."
    )


def usable_key(source: str, key: str) -> str:
    """The key of that setting or file, which has to be one of Fernet's."""
    try:
        Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{source} is not 32 bytes in URL-safe base64. "
            "Make one with: head -c 32 /dev/urandom | base64 | tr +/ -_"
        ) from error
    return key


def _store(path: Path, secret: str) -> None:
    # Written to a temporary file and linked into place: of two processes that start together one
    # wins, and neither reads half a key.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secret + "\n")
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
