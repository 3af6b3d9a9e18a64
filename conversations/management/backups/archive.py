"""The file of a backup: a ZIP archive with a copy of the database and a manifest of it.

It is written beside its name, read again from the disk, and renamed: a file with its final name is
complete. Each fault of it is told before anything is changed.
"""

import hashlib
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from django.core.management.base import CommandError

from conversations.management.backups.contents import Contents

FORMAT = 1
_DATABASE, _MANIFEST = "database", "manifest.json"
_PIECE = 1024 * 1024
# It compresses text to a third, and is faster than most disks.
_LEVEL = 1
# The errors by which zipfile and its like tell an archive that is cut or changed.
_DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, msgspec.MsgspecError, EOFError, KeyError,
    NotImplementedError, OSError, RuntimeError, ValueError,
)  # fmt: skip


class Source(msgspec.Struct, frozen=True):
    """The origin of a backup: when it was made, by which release, and of which database."""

    made_at: str
    release: str
    migration: str
    store: str


class Manifest(msgspec.Struct, frozen=True):
    """A description of a backup; ``bytes`` and ``sha256`` are of the copy of the database."""

    format: int
    source: Source
    tables: Contents
    bytes: int
    sha256: str


class _Measured:
    """A file that counts and hashes what is written to it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.bytes = 0

    def write(self, data: bytes) -> int:
        """Write a piece."""
        self._hash.update(data)
        self.bytes += len(data)
        return self._file.write(data)

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def write(path: Path, source: Source, copy_to: Callable[[Any], Contents]) -> Manifest:
    """Make a backup of what ``copy_to`` writes; it returns the contents of that copy."""
    with _beside(path) as part:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
            with archive.open(_DATABASE, "w", force_zip64=True) as member:
                measured = _Measured(member)
                tables = copy_to(measured)
            manifest = Manifest(FORMAT, source, tables, measured.bytes, measured.sha256)
            archive.writestr(_MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        with part.open("rb") as file:
            os.fsync(file.fileno())
        with opened(part) as written:
            written.check()
    return manifest


class Archive:
    """A backup that is read."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path = path
        self._archive = archive
        with _readable(path):
            self.manifest = msgspec.json.decode(archive.read(_MANIFEST), type=Manifest)
        if self.manifest.format != FORMAT:
            raise CommandError(f"{path} was made by another release, whose form is not known.")

    def pieces(self) -> Iterator[bytes]:
        """The copy of the database. Raises where it is not what was written."""
        read = hashlib.sha256()
        with _readable(self._path):
            with self._archive.open(_DATABASE) as member:
                while piece := member.read(_PIECE):
                    read.update(piece)
                    yield piece
            if read.hexdigest() != self.manifest.sha256:
                raise zipfile.BadZipFile("the hash of the database differs")

    def check(self) -> None:
        """Read everything once. Raises where it is not what was written."""
        for _piece in self.pieces():
            pass


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """A backup to be read."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        with _readable(path):
            archive = zipfile.ZipFile(file)
        yield Archive(path, archive)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except _DAMAGED as error:
        raise CommandError(
            f"{path} is no backup of this site, or it was cut or changed ({error}). Nothing was "
            "restored from it; take another one."
        ) from error


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A file beside the path, for its owner alone, which gets its name if the block succeeds."""
    part = path.with_name(f"{path.name}.part")
    try:
        os.close(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        yield part
        part.replace(path)
        _sync(path.parent)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written: {error.strerror or error}. No backup was made."
        ) from error
    finally:
        part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
