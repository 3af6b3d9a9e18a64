"""The addresses of the API: read with too many slashes as well, and named where there is none.

Clients build addresses by joining strings, so that `/v1/`, `//v1//models` and `/v1/models/` occur,
and some are given a base address without `/v1`.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, is_valid_path, resolve
from django.utils.translation import gettext as _

from conversations.api.errors import ApiError
from conversations.api.openapi import ROOT, endpoints

_KEY_HEADERS = ("authorization", "x-api-key", "api-key")
# Of an address, in an error.
MOST_CHARACTERS = 200


def without_extra_slashes(path: str) -> str:
    """The path with single slashes, and none at its end."""
    return "/" + "/".join(part for part in path.split("/") if part)


def is_api(path: str) -> bool:
    """True for an address of the API, whether there is something or not."""
    return f"{without_extra_slashes(path)}/".startswith(f"{ROOT}/")


def view_at(request: HttpRequest) -> ResolverMatch:
    """The view at the request's address. Raises :class:`ApiError` with 404."""
    found = resolved(request.path_info)
    if found is None:
        raise nothing_at(request)
    return found


def resolved(path: str) -> ResolverMatch | None:
    """The view at an address, which may have slashes too many; None if there is none.

    The address is tried as it is at first: the name of a model may have slashes.
    """
    plain = without_extra_slashes(path)
    for each in (path, plain, f"{plain}/"):
        try:
            return resolve(each)
        except Resolver404:
            continue
    return None


def nothing_at(request: HttpRequest) -> ApiError:
    """The error for an address at which there is nothing: it says what there is."""
    text = _("There is nothing at %(method)s %(path)s. ")
    if not is_api(request.path_info):
        text += _("The base address of the API ends in /v1: give your client %(base)s. ")
    text += _("There are: %(endpoints)s.")
    values: dict[str, Any] = {
        "method": str(request.method)[:20],
        "path": request.path_info[:MOST_CHARACTERS],
        "base": f"{settings.SITE_URL}{ROOT}",
        "endpoints": ", ".join(endpoints()),
    }
    return ApiError(404, "unknown_url", text % values)


def is_astray(request: HttpRequest) -> bool:
    """True for a program's request outside the API, where there is no page either.

    Its client was given a base address without `/v1`, or with more than that, and would show its
    user a page of HTML. To the first page nothing is ever sent.
    """
    is_sent_to_first = request.path_info == "/" and request.method not in {"GET", "HEAD"}
    has_page = _has_page(request.path_info) and not is_sent_to_first
    return _is_from_a_program(request) and not has_page


def _is_from_a_program(request: HttpRequest) -> bool:
    accepted = request.headers.get("accept", "")
    if "text/html" in accepted:
        return False
    return bool(
        any(name in request.headers for name in _KEY_HEADERS)
        or "application/json" in accepted
        or request.content_type == "application/json"
        or is_valid_path(f"{ROOT}{without_extra_slashes(request.path_info)}")
    )


def _has_page(path: str) -> bool:
    # An address without its last slash is redirected.
    return bool(is_valid_path(path) or is_valid_path(f"{path}/"))
