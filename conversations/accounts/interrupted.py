"""Keeps a form that was sent while its user is asked for the password, and sends it afterwards.

The form is kept encrypted in the session, because it may hold a password or a provider's key. The
user comes back to the form's own address, with the number of the kept form in the query.
"""

import json
import secrets

from django.http import HttpRequest, QueryDict
from django.utils.datastructures import MultiValueDict

from conversations.models import EncryptedTextField

_SESSION_KEY = "interrupted_request"
_PARAMETER = "resume"
_seal = EncryptedTextField()


def keep(request: HttpRequest) -> str:
    """Keep the form in place of an earlier one; returns the address that sends it.

    A page that was opened has no form, and its address is returned: sent as a form, it would do
    what its buttons do, such as to remove a second factor, unasked.
    """
    if request.method != "POST":
        return request.get_full_path()
    number = secrets.token_urlsafe(12)
    form = {
        "path": request.path,
        "query": request.GET.urlencode(),
        "form": request.POST.urlencode(),
    }
    request.session[_SESSION_KEY] = {
        "number": number,
        "sealed": _seal.get_prep_value(json.dumps(form)),
    }
    query = request.GET.copy()
    query[_PARAMETER] = number
    return f"{request.path}?{query.urlencode()}"


def resume(request: HttpRequest) -> None:
    """Turn a request for the address that :func:`keep` returned into the kept form, once.

    Django has checked the CSRF token of the form when it was sent.
    """
    number = request.GET.get(_PARAMETER)
    kept = request.session.get(_SESSION_KEY)
    if request.method != "GET" or not number or not kept or kept["number"] != number:
        return
    del request.session[_SESSION_KEY]
    # Empty if ENCRYPTION_KEY was changed meanwhile: the user sees the form again.
    form = json.loads(_seal.from_db_value(kept["sealed"]) or "{}")
    if form.get("path") == request.path:
        _fill(request, QueryDict(form["query"]), QueryDict(form["form"]))


def _fill(request: HttpRequest, query: QueryDict, form: QueryDict) -> None:
    request.method = request.META["REQUEST_METHOD"] = "POST"
    request.META["QUERY_STRING"] = query.urlencode()
    request.GET, request.POST = query, form  # type: ignore[assignment]
    # Django would read the body for them, and empty the form.
    request._files = MultiValueDict()  # type: ignore[attr-defined]  # noqa: SLF001
