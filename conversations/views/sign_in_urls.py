"""The addresses of allauth, whose forms that change an account ask for the password again.

allauth asks at some of them by itself, and never if the account has neither password nor second
factor. Here all of them ask, in the same way. Forms that anybody may send are limited for each
network.
"""

from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from allauth.socialaccount import views as services
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, include, path, re_path
from django.utils.translation import gettext as _

from conversations.accounts.reauthentication import View, reauthentication_required
from conversations.models import NameTaken
from conversations.throttle import REQUESTS, SIGN_INS, Throttle
from conversations.views.attempts import limited
from conversations.views.reauthentication import by_service
from conversations.views.second_factor import RemovePasskey
from conversations.views.sessions import sessions
from conversations.views.single_sign_on.views import SignOut, set_password


def _asking(route: str, view: View, name: str) -> URLPattern:
    return path(route, login_required(reauthentication_required(view)), name=name)


def _refusing_taken_names(view: View) -> View:
    """Send users back whose name or address another one takes while they send it.

    The forms check both before; this is for the moment between the check and the commit.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            with transaction.atomic():
                return view(request, *args, **kwargs)
        except NameTaken:
            text = _("Another account has this name or e-mail address. Choose another one.")
            messages.error(request, text)
            return HttpResponseRedirect(request.path)

    return answered


def _limited(route: str, view: View, limit: Throttle, name: str) -> URLPattern:
    return path(route, limited(limit, view), name=name)


urlpatterns = [
    path("logout/", SignOut.as_view(), name="account_logout"),
    _limited("login/", account.login, SIGN_INS, "account_login"),
    _limited("password/reset/", account.password_reset, REQUESTS, "account_reset_password"),
    path("reauthenticate/service/", by_service, name="reauthenticate_by_service"),
    _limited("signup/", _refusing_taken_names(account.signup), REQUESTS, "account_signup"),
    re_path(
        r"^confirm-email/(?P<key>[-:\w]+)/$",
        _refusing_taken_names(account.confirm_email),
        name="account_confirm_email",
    ),
    _asking("email/", _refusing_taken_names(account.email), "account_email"),
    _asking("password/set/", set_password, "account_set_password"),
    _asking("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    _asking("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    _asking(
        "2fa/recovery-codes/generate/",
        recovery_codes.generate_recovery_codes,
        "mfa_generate_recovery_codes",
    ),
    _asking("2fa/webauthn/add/", passkeys.add_webauthn, "mfa_add_webauthn"),
    _asking("2fa/webauthn/keys/<int:pk>/remove/", RemovePasskey.as_view(), "mfa_remove_webauthn"),
    _asking("2fa/webauthn/keys/<int:pk>/edit/", passkeys.edit_webauthn, "mfa_edit_webauthn"),
    _asking("3rdparty/", services.connections, "socialaccount_connections"),
    _asking("sessions/", sessions, "account_sessions"),
    path("", include("allauth.urls")),
]
