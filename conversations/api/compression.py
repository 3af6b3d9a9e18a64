"""Compressed bodies of requests: inflated up to a bound, and no further."""

import zlib
from collections.abc import Mapping

from django.utils.translation import gettext as _

from conversations.api.errors import ApiError
from conversations.api.retry_advice import NO_RETRY

_PLAIN = {"", "identity"}
_GZIP = {"gzip", "x-gzip"}
# For zlib: how many bits its window has, with 16 for the headers of gzip, and a minus for none.
_GZIP_BITS, _ZLIB_BITS, _BARE_BITS = 31, 15, -15
# What a refusal offers (RFC 9110, 15.5.16).
_OFFER: Mapping[str, str] = {"Accept-Encoding": "gzip, deflate", **NO_RETRY}


class TooLarge(Exception):
    """The content has more bytes than it may have."""


def decoded(content: bytes, coding: str, most: int) -> bytes:
    """The content without its coding. Raises :class:`ApiError`, or TooLarge beyond ``most`` bytes.

    A few kilobytes can inflate to gigabytes, so that no more than ``most`` are ever made.
    """
    coding = coding.strip().lower()
    if coding in _PLAIN:
        return content
    if coding not in {*_GZIP, "deflate"}:
        text = _("The Content-Encoding “%s” is not known here. Send gzip, deflate or none.")
        raise ApiError(415, "unknown_encoding", text % coding[:40], headers=_OFFER)
    try:
        return _inflated(content, _bits(content, coding), most)
    except zlib.error:
        text = _("The body is not what its Content-Encoding says: %s.")
        raise ApiError(400, "invalid_encoding", text % coding) from None


def _bits(content: bytes, coding: str) -> int:
    if coding in _GZIP:
        return _GZIP_BITS
    # "deflate" has the header of zlib, which some clients leave out (RFC 9110, 8.4.1.2).
    has_header = content[:1] == b"\x78" and int.from_bytes(content[:2]) % 31 == 0
    return _ZLIB_BITS if has_header else _BARE_BITS


def _inflated(content: bytes, bits: int, most: int) -> bytes:
    engine = zlib.decompressobj(bits)
    inflated = engine.decompress(content, most + 1)
    if len(inflated) > most:
        raise TooLarge
    if not engine.eof or engine.unused_data:
        raise zlib.error("cut, or followed by something else")
    return inflated
