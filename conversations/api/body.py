"""The body of a request as a JSON object; absurd ones are refused before they cost anything."""

import codecs
from typing import Any

import msgspec
from django.http import HttpRequest
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _

from conversations.api.compression import TooLarge, decoded
from conversations.api.errors import ApiError
from conversations.api.json_shape import check_shape, has_lone_surrogate
from conversations.database.one_thread import on_one_thread
from conversations.database.threads import in_thread
from conversations.refusal import most_bytes_of

# Enough for a conversation with pictures; texts alone are far smaller.
MOST_BYTES = 16 * 1024 * 1024
# A larger one waits for its turn, in a file.
SMALL_BYTES = 256 * 1024


async def json_object(request: HttpRequest) -> dict[str, Any]:
    """The decoded body, read on a thread. Raises :class:`ApiError` with 400, 413 or 415, and
    :class:`Refused` where it is too complex."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:12]) <= SMALL_BYTES:
        return await in_thread(_json_object, request)
    return await on_one_thread(_json_object, request)


def _json_object(request: HttpRequest) -> dict[str, Any]:
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
    if has_lone_surrogate(content):
        return _("a \\u escape is one half of a surrogate pair, without the other")
    return str(error)[:200]


def _content(request: HttpRequest) -> bytes:
    if most_bytes_of(request):
        raise _too_large()
    try:
        # Not `body`, which would keep it for as long as the request lasts.
        content = request.read(MOST_BYTES + 1)
    except UnreadablePostError:
        raise ApiError(400, "invalid_json", _("The body could not be read.")) from None
    try:
        content = decoded(content, request.headers.get("content-encoding", ""), MOST_BYTES)
    except TooLarge:
        raise _too_large() from None
    if len(content) > MOST_BYTES:
        raise _too_large()
    # RFC 8259, 8.1: a parser may ignore it. Programs for Windows send one.
    return content.removeprefix(codecs.BOM_UTF8)


def _too_large() -> ApiError:
    text = _("The body is larger than %s MB.") % (MOST_BYTES // 1024 // 1024)
    return ApiError(413, "too_large", text, headers={"x-should-retry": "false"})
