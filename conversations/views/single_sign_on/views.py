"""The way to the provider, the way back, and signing out here and there.

Whatever the provider says or fails to say ends on a page with a sentence.
"""

from collections.abc import Callable

from allauth.account.views import LogoutView, password_set
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from requests import RequestException

from conversations.accounts.provider_only import is_provider_only
from conversations.views.single_sign_on import sign_out
from conversations.views.single_sign_on.configured import configured
from conversations.views.single_sign_on.exchange import Callback, Exchange

# All but the first two are those of a description, a token or an answer in an unexpected shape.
_FAULTS = (OAuth2Error, RequestException, KeyError, RecursionError, TypeError, ValueError)


def login(request: HttpRequest) -> HttpResponseBase:
    """A page with a button, and after it the page that leads to the provider."""
    exchange = _exchange(request)
    response = _guarded(exchange, lambda: OAuth2LoginView.adapter_view(exchange)(request))
    if isinstance(response, HttpResponseRedirect):
        return _leaving(request, response.url)
    return response


def callback(request: HttpRequest) -> HttpResponseBase:
    """The user comes back: signed in, connected, or with a sentence that says why not."""
    exchange = _exchange(request)
    response = _guarded(exchange, lambda: Callback.adapter_view(exchange)(request))
    login = exchange.login
    # A second factor may still be asked for; then the session is already that of the sign-in.
    if login and login.user.pk and login.state["process"] == AuthProcess.LOGIN:
        sign_out.remember(request, login.user.pk, exchange.id_token, exchange.end_session_address)
    return response


class SignOut(LogoutView):
    """allauth's page, and for those who came from the provider the way to its sign-out."""

    def post(self, *args: object, **kwargs: object) -> HttpResponse:
        """Sign out here, and go on to the provider where the user came from there."""
        address = sign_out.address(self.request)
        response: HttpResponse = super().post(*args, **kwargs)
        return _leaving(self.request, address) if address else response


def set_password(request: HttpRequest) -> HttpResponseBase:
    """allauth's page for accounts without a password; those of the provider get none."""
    if is_provider_only(request.user):  # type: ignore[arg-type]
        context = {"provider": configured().name}
        return render(request, "socialaccount/no_password.html", context)
    response: HttpResponseBase = password_set(request)
    return response


def _exchange(request: HttpRequest) -> Exchange:
    configured()
    return Exchange(request)


def _guarded(exchange: Exchange, step: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    try:
        return step()
    except _FAULTS as error:
        response: HttpResponseBase = render_authentication_error(
            exchange.request, exchange.get_provider(), exception=error
        )
        return response


def _leaving(request: HttpRequest, address: str) -> HttpResponse:
    """A page that leads on at once, since browsers let the policy for forms forbid a redirect.

    The policy could name the provider's host, and not the hosts to which that one redirects.
    """
    context = {"address": address, "provider": configured().name}
    return render(request, "socialaccount/leaving.html", context)
