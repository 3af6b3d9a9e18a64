"""The body of a request as a JSON object; absurd ones are refused before they cost anything."""

import codecs
import re
from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _

from conversations.api.compression import TooLarge, decoded
from conversations.api.errors import ApiError

# Enough for a conversation with pictures; texts alone are far smaller.
MOST_BYTES = 16 * 1024 * 1024
# A tool with a schema has about ten levels and a hundred objects.
MOST_DEPTH = 64
MOST_CONTAINERS = 100_000
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
# Lone UTF-16 surrogates: a first one without a second after it, or a second without a first.
_LONE_SURROGATES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The decoded body. Raises :class:`ApiError` with 400, 413 or 415."""
    content = _content(request)
    check_shape(content)
    try:
        value = msgspec.json.decode(content)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError) as error:
        text = _("The body is not valid JSON: %s.") % _fault(content, error)
        raise ApiError(400, "invalid_json", text) from None
    if not isinstance(value, dict):
        raise ApiError(400, "invalid_json", _("The body must be a JSON object."))
    return value


def _fault(content: bytes, error: Exception) -> str:
    if _LONE_SURROGATES.search(content):
        return _("a \\u escape is one half of a surrogate pair, without the other")
    return str(error)[:200]


def _content(request: HttpRequest) -> bytes:
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:12]) > MOST_BYTES:
        raise _too_large()
    try:
        content = request.body
    except (RawPostDataException, UnreadablePostError):
        raise ApiError(400, "invalid_json", _("The body could not be read.")) from None
    try:
        content = decoded(content, request.headers.get("content-encoding", ""), MOST_BYTES)
    except TooLarge:
        raise _too_large() from None
    if len(content) > MOST_BYTES:
        raise _too_large()
    # RFC 8259, 8.1: a parser may ignore it. Programs for Windows send one.
    return content.removeprefix(codecs.BOM_UTF8)


def check_shape(content: bytes) -> None:
    """Check the brackets alone: decoding a million of them would cost a hundred times more."""
    if content.count(b"[") + content.count(b"{") <= MOST_DEPTH:
        return
    brackets = _STRINGS.sub(b"", content).translate(None, _NOT_BRACKETS)
    if len(brackets) > 2 * MOST_CONTAINERS:
        text = _("The body has more than %s lists and objects.") % f"{MOST_CONTAINERS:,}"
        raise ApiError(400, "too_complex", text)
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MOST_DEPTH:
            text = _("The body is nested more than %s levels deep.") % MOST_DEPTH
            raise ApiError(400, "too_complex", text)


def _too_large() -> ApiError:
    text = _("The body is larger than %s MB.") % (MOST_BYTES // 1024 // 1024)
    return ApiError(413, "too_large", text, headers={"x-should-retry": "false"})
