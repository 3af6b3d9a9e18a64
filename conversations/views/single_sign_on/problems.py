"""Sentences about attempts to sign in with the provider that came to nothing."""

import re
from dataclasses import dataclass

from allauth.socialaccount.providers.base.constants import AuthError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from requests import RequestException

from conversations.views.single_sign_on.configured import configured

# A code of RFC 6749 or of the provider. Anybody can make a link to this page: no sentence of
# theirs is to stand on it as if the provider had said it.
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,60}")


@dataclass(frozen=True)
class Problem:
    """A sentence for the user, and the reason for the log."""

    sentence: str
    reason: str


def problem(request: HttpRequest, error: str | None, exception: Exception | None) -> Problem:
    """The problem of an attempt: ``error`` is allauth's kind, ``exception`` what was raised."""
    name = {"name": configured().name}
    if error == AuthError.CANCELLED:
        return Problem(_("%(name)s did not let you in.") % name, "access_denied")
    if isinstance(exception, RequestException):
        sentence = _("%(name)s cannot be reached. Try again in a few minutes.")
        return Problem(sentence % name, f"{type(exception).__name__}: {exception}")
    if exception is not None:
        sentence = _(
            "The answer of %(name)s could not be used. Try again; if it happens again, tell an "
            "administrator, who finds the reason in the log."
        )
        return Problem(sentence % name, f"{type(exception).__name__}: {exception}")
    told = request.GET.get("error", "")
    if _CODE.fullmatch(told):
        sentence = _("%(name)s reports a problem: %(told)s. Tell an administrator.")
        return Problem(sentence % {**name, "told": told}, told)
    return Problem(
        _("This attempt to sign in is over, or was begun in another browser. Begin again."),
        "the state is unknown",
    )
