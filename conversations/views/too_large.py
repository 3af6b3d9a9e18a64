"""The answers to a request whose body is larger than its address takes, or has too many fields."""

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.utils.translation import gettext as _

from conversations.database.one_thread import on_one_thread
from conversations.database.threads import in_thread
from conversations.refusal import most_bytes_of

_FORMS = {"application/x-www-form-urlencoded", "multipart/form-data"}


async def refused_body(request: HttpRequest) -> HttpResponse | None:
    """A page, or JSON for a script of a page, that names the limit; None for any other request.

    A form is taken apart here, on a thread, before anything on the event loop looks at it.
    """
    text = ""
    if most := most_bytes_of(request):
        text = _("What you sent is larger than %s, the most that this address takes from you.")
        text %= _in_words(most)
    elif request.method == "POST" and request.content_type in _FORMS:
        text = await on_one_thread(_fault, request)
    return await in_thread(_refusal, request, text) if text else None


def _fault(request: HttpRequest) -> str:
    """The reason why a form is not read; empty if it was."""
    try:
        request.POST.get("")
    except (TooManyFieldsSent, TooManyFilesSent):
        return _("What you sent has more than %(fields)s fields or %(files)s files.") % {
            "fields": settings.DATA_UPLOAD_MAX_NUMBER_FIELDS,
            "files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
        }
    except MultiPartParserError:
        return ""  # The form is empty from now on, and is refused for what it lacks.
    return ""


def _refusal(request: HttpRequest, text: str) -> HttpResponse:
    if request.content_type == "application/json":
        error = {"code": "too_large", "message": text, "field": None}
        return JsonResponse({"error": error}, status=413)
    return render(request, "413.html", {"text": text}, status=413)


def _in_words(size: int) -> str:
    kilo = size // 1024
    return _("%s MB") % (kilo // 1024) if kilo >= 1024 else _("%s kB") % kilo
