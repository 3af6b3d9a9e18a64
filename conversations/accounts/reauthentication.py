"""Asks users again who they are, before a form that changes who they are or who acts for them.

allauth's pages ask for the password, a code or a passkey, whatever the account has. Users who have
none of them sign in at their service again. The answer is good for
``ACCOUNT_REAUTHENTICATION_TIMEOUT`` seconds in that session. A sign-in is no such answer: the form
of somebody who finds an open page is asked for the password, however new the session is.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import (
    did_recently_reauthenticate,
    get_reauthentication_flows,
)
from allauth.account.signals import authentication_step_completed
from allauth.core.exceptions import ReauthenticationRequired
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.signals import pre_social_login
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

from conversations.accounts import interrupted

View = Callable[..., Any]
_SAFE = {"GET", "HEAD", "OPTIONS"}


def reauthentication_required(view: View) -> View:
    """Decorator of a page whose form is carried out only for users who have proved who they are.

    Reading it is open. A form that was sent too early is kept and carried out afterwards; it must
    have no files. Stands below ``login_required`` and above every other decorator.
    """

    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        # Not POST alone: Django's and allauth's views take a PUT for one.
        if request.method not in _SAFE:
            raise_unless_recent(request)
        return view(request, *args, **kwargs)

    return reauthentication_possible(wraps(view)(guarded))


def reauthentication_possible(view: View) -> View:
    """Decorator of a page that asks for some forms only, with :func:`raise_unless_recent`."""

    @wraps(view)
    def resumed(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        interrupted.resume(request)
        try:
            return view(request, *args, **kwargs)
        except ReauthenticationRequired:
            return _ask(request)

    return resumed


def raise_unless_recent(request: HttpRequest) -> None:
    """Raise ReauthenticationRequired, unless the user has lately proved who they are.

    What the page has written by then must be in a transaction that the exception rolls back.
    """
    if not is_recent(request):
        raise ReauthenticationRequired


def is_recent(request: HttpRequest) -> bool:
    """True if the user of this session has lately proved who they are."""
    if not request.user.is_authenticated:
        return False
    if get_reauthentication_flows(request.user):
        return bool(did_recently_reauthenticate(request))
    # allauth asks such users for nothing at all. They have no other proof than a new sign-in.
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records), default=0)
    return bool(time.time() - latest < app_settings.REAUTHENTICATION_TIMEOUT)


def _ask(request: HttpRequest) -> HttpResponseRedirect:
    methods = get_adapter(request).get_reauthentication_methods(request.user)
    address = methods[0]["url"] if methods else reverse("reauthenticate_by_service")
    query = urlencode({REDIRECT_FIELD_NAME: interrupted.keep(request)})
    return HttpResponseRedirect(f"{address}?{query}")


@receiver(authentication_step_completed)
def _renew_session(request: HttpRequest, reauthenticated: bool = False, **_: object) -> None:
    """Give the session another key: whoever knows the former one has not proved anything."""
    if reauthenticated:
        request.session.cycle_key()


@receiver(pre_social_login)
def _service_has_confirmed(request: HttpRequest, sociallogin: SocialLogin, **_: object) -> None:
    """Note that a service has recognised the user who is signed in already."""
    asked = sociallogin.state.get("process") == AuthProcess.REDIRECT
    connected = sociallogin.account.pk is not None and sociallogin.account.user == request.user
    if asked and connected:
        record_authentication(request, request.user, "socialaccount", reauthenticated=True)
