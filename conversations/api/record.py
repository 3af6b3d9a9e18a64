"""The record of a reply in the log, from which a repeated request gets it in any process.

A reply is content, and the site cannot read what it stores of it: the record is sealed with a key
made of the client's API key, of which the site has no more than a hash.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from cryptography.fernet import Fernet

from conversations.api.errors import ApiError
from conversations.generation.api_run import Ending


class Last(NamedTuple):
    """The last bytes of a reply, and the error of a run that failed."""

    data: bytes
    error: ApiError | None = None
    was_abandoned: bool = False


class Head(msgspec.Struct, frozen=True, tag=True):
    """The content type and headers, which come before the first byte."""

    content_type: str
    headers: dict[str, str]


class Piece(msgspec.Struct, frozen=True, tag=True):
    """Some bytes."""

    data: bytes


class Fault(msgspec.Struct, frozen=True):
    """An :class:`ApiError`."""

    status: int
    code: str
    message: str
    type: str
    param: str | None
    headers: dict[str, str]

    @classmethod
    def of(cls, error: ApiError) -> "Fault":
        """The error as the record has it."""
        words = (error.status, error.code, error.message, error.type, error.param)
        return cls(*words, dict(error.headers))

    def error(self) -> ApiError:
        """The error."""
        words = (self.message, self.type, self.param, self.headers)
        return ApiError(self.status, self.code, *words)


class End(msgspec.Struct, frozen=True, tag=True):
    """The last bytes, and how the run ended."""

    data: bytes
    fault: Fault | None
    was_abandoned: bool

    def last(self) -> Last:
        """The end as a reply has it."""
        error = self.fault.error() if self.fault else None
        return Last(self.data, error, self.was_abandoned)


Part = Head | Piece | End
_decoder: msgspec.msgpack.Decoder[Part] = msgspec.msgpack.Decoder(Part)


class Seal:
    """Closes and opens the record of the reply to one Idempotency-Key of one API key."""

    def __init__(self, api_key: str, idempotency_key: str) -> None:
        made = hmac.digest(api_key.encode(), f"reply {idempotency_key}".encode(), hashlib.sha256)
        self._fernet = Fernet(base64.urlsafe_b64encode(made))

    def close(self, part: Part) -> str:
        """The payload of a part."""
        return self._fernet.encrypt(msgspec.msgpack.encode(part)).decode()

    def open(self, payload: str) -> Part:
        """The part of a payload."""
        return _decoder.decode(self._fernet.decrypt(payload))


class Record:
    """The record of one reply, while it is written. ``end`` gives how the reply ends."""

    def __init__(
        self,
        seal: Seal,
        content_type: str,
        headers: Mapping[str, str],
        end: Callable[[Ending], Last],
    ) -> None:
        self._seal = seal
        self._head = Head(content_type, dict(headers))
        self._end = end
        self._keep: Callable[[Part], None] | None = None
        self.is_closed = False

    def begin(self, keep: Callable[[Part], None]) -> None:
        """Have the parts stored from now on: nothing was written before."""
        self._keep = keep
        keep(self._head)

    def add(self, written: bytes) -> None:
        """Add bytes."""
        if self._keep:
            self._keep(Piece(written))

    def encoded(self, parts: Sequence[Part]) -> list[str]:
        """The payloads of some parts: the bytes of all of them together are one."""
        heads = [self._seal.close(part) for part in parts if isinstance(part, Head)]
        data = b"".join([part.data for part in parts if isinstance(part, Piece)])
        return [*heads, self._seal.close(Piece(data))] if data else heads

    def close(self) -> None:
        """Add no more bytes: what follows is the end."""
        self._keep = None
        self.is_closed = True

    def last(self, ending: Ending) -> str:
        """The payload of the end."""
        last = self._end(ending)
        fault = Fault.of(last.error) if last.error else None
        return self._seal.close(End(last.data, fault, last.was_abandoned))
