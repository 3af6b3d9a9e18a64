"""The reason why this process cannot use a file or a folder, as a sentence for its operator."""

import os
import pwd
import stat
from pathlib import Path

# Less than one page of SQLite's log, with its neighbours, is as good as nothing.
_FULL_BYTES = 64 * 1024


def obstacle(path: Path) -> str:
    """Why `path` cannot be read and written, or made; empty if nothing is in the way.

    It looks at the nearest folder that exists as well: what is to be made needs a place.
    """
    if not exists(path):
        return _obstacle_above(path.parent)
    if not os.access(path, _needed(path)):
        return _not_permitted(path)
    return _no_space(path)


def obstacle_of_folder(path: Path) -> str:
    """Why files cannot be made in the folder `path`; empty if nothing is in the way."""
    if exists(path) and not is_folder(path):
        return f"{path} is a file and no folder."
    return obstacle(path)


def user_name(number: int) -> str:
    """The name of a user of this machine, or the number of one that has no name."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _obstacle_above(folder: Path) -> str:
    while not exists(folder) and folder != folder.parent:
        folder = folder.parent
    return obstacle_of_folder(folder)


def exists(path: Path) -> bool:
    """True if there is such a file or folder, or if this process may not look."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def is_folder(path: Path) -> bool:
    """True if this process sees a folder there."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _needed(path: Path) -> int:
    return os.R_OK | os.W_OK | (os.X_OK if is_folder(path) else 0)


def _not_permitted(path: Path) -> str:
    try:
        status = path.stat()
    except PermissionError:
        return obstacle(path.parent)
    except OSError as error:
        return f"{path} cannot be used: {error.strerror}."
    if os.statvfs(path).f_flag & os.ST_RDONLY:
        return f"{path} is on a file system that is mounted read-only."
    owner, here, mode = user_name(status.st_uid), user_name(os.geteuid()), status.st_mode
    return (
        f"{path} belongs to {owner} (mode {stat.S_IMODE(mode):04o}), and this process runs as "
        f"{here}, which may not use it. Give it to {here}: `chown {here} {path}`, and `chmod "
        f"{'u+rwx' if stat.S_ISDIR(mode) else 'u+rw'} {path}`."
    )


def _no_space(path: Path) -> str:
    free = os.statvfs(path)
    if not free.f_blocks or free.f_bavail * free.f_frsize >= _FULL_BYTES:
        return ""
    folder = path if is_folder(path) else path.parent
    return f"The disk of {folder} is full: free some space."
