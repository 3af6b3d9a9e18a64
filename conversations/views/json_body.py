"""JSON bodies of requests and refusals of the site's own pages."""

from typing import TypeVar

import msgspec
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from conversations.database.one_thread import one_after_the_other
from conversations.refusal import Refused

T = TypeVar("T")
# Quotation marks and commas. A selection of 2,000 messages with 100 strings to mask has 10,000.
MOST_PARTS = 200_000


def read_json(request: HttpRequest, kind: type[T]) -> T:
    """The body as a ``kind``. Raises :class:`Refused` with the fault if it is invalid."""
    return one_after_the_other(_read, request, kind)


def _read(request: HttpRequest, kind: type[T]) -> T:
    try:
        # Not `body`, which would keep it for as long as the request lasts.
        content = request.read()
        _check_parts(content)
        return msgspec.json.decode(content, type=kind)
    except msgspec.DecodeError as error:
        raise Refused("malformed", _("This is not understood: %s.") % error) from error


def _check_parts(content: bytes) -> None:
    # Decoding holds Python's lock from its beginning to its end: 200,000 parts take some 10 ms.
    if content.count(b'"') + content.count(b",") > MOST_PARTS:
        raise Refused("too_complex", _("This has more than %s parts.") % f"{MOST_PARTS:,}")


def refusal(refused: Refused) -> JsonResponse:
    """The response to a refused request."""
    error = {"code": refused.code, "message": refused.message, "field": refused.field}
    return JsonResponse({"error": error}, status=422)
