"""The answer to a request whose body is larger than its address takes."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from conversations.database.threads import in_thread


async def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """A page, or JSON for a program of the page, with the most bytes in words."""
    text = _("What you sent is larger than %s, which is the most that this address takes from you.")
    text %= _in_words(most)
    if request.content_type == "application/json":
        error = {"code": "too_large", "message": text, "field": None}
        return JsonResponse({"error": error}, status=413)
    # In a thread, because the templates' context reads the session.
    return await in_thread(render, request, "413.html", {"text": text}, status=413)


def _in_words(size: int) -> str:
    kilo = size // 1024
    return _("%s MB") % (kilo // 1024) if kilo >= 1024 else _("%s kB") % kilo
