"""Rules for accounts by the provider: who gets one, and which."""

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.shortcuts import render

from conversations import audit
from conversations.accounts import names, usernames
from conversations.models import SecurityEvent, User
from conversations.views.single_sign_on import problems
from conversations.views.single_sign_on.configured import configured


class AccountRules(DefaultSocialAccountAdapter):
    """Accounts are found by issuer and ``sub`` alone. The settings are the only list of providers.

    An account that has the same e-mail address is not touched: its user signs in to it and then
    connects the provider.
    """

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """The provider of the settings, or none; nothing is read from the database.

        A provider that accounts were connected with in the past is still known by its name, so
        that they can be shown and removed.
        """
        oidc = settings.OIDC
        if provider in {None, "openid_connect"}:
            return [_app(oidc.issuer, oidc.name, oidc)] if oidc else []
        return [_app(provider, oidc.name if oidc and provider == oidc.issuer else provider, oidc)]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """True if somebody whom the provider lets in gets an account."""
        if not configured().signup:
            return False
        address = sociallogin.user.email
        if settings.SIGNUP_DOMAIN and not address.lower().endswith(f"@{settings.SIGNUP_DOMAIN}"):
            return False
        if address and names.is_taken(address):
            raise ImmediateHttpResponse(self._address_taken(request, address))
        return True

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """True: the provider says all that an account needs, and no form is shown."""
        return True

    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        """Store the new account, with a username that is nobody's."""
        user: User = sociallogin.user
        user.set_unusable_password()
        wanted = sociallogin.account.extra_data.get("username", "")
        user.username = usernames.free_username(wanted)
        try:
            with transaction.atomic():
                sociallogin.save(request)
        except IntegrityError as error:
            raise OAuth2Error("another account was made at the same moment") from error
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str | None = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> None:
        """Record the failure, and end the attempt on a page that says what happened."""
        problem = problems.problem(request, error, exception)
        audit.record_event(
            SecurityEvent.SIGN_IN_FAILED, service=configured().name, reason=problem.reason
        )
        context = {"sentence": problem.sentence}
        page = "socialaccount/authentication_error.html"
        raise ImmediateHttpResponse(render(request, page, context, status=401))

    def _address_taken(self, request: HttpRequest, address: str) -> Any:
        context = {"address": address, "provider": configured().name}
        return render(request, "socialaccount/address_taken.html", context, status=409)


def _app(issuer: str, name: str, oidc: Any) -> SocialApp:
    app = SocialApp(provider="openid_connect", provider_id=issuer, name=name, settings={})
    if oidc and issuer == oidc.issuer:
        app.client_id, app.secret = oidc.client_id, oidc.client_secret
    return app
