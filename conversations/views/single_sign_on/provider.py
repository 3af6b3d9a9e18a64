"""The provider of the settings, as allauth's registry of providers knows it."""

import secrets
from typing import Any

from allauth.socialaccount.providers.base import Provider
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode

from conversations.views.single_sign_on import profile
from conversations.views.single_sign_on.configured import configured
from conversations.views.single_sign_on.exchange import Exchange


class SiteProvider(OpenIDConnectProvider):
    """The provider of the settings: PKCE always, a nonce for each attempt, its claims cut down."""

    pkce_enabled_default = True
    oauth2_adapter_class = Exchange

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        """The address that leads to the provider, with ``process`` and ``next`` as a query."""
        query = f"?{urlencode(kwargs)}" if kwargs else ""
        return reverse("oidc_login") + query

    def get_callback_url(self) -> str:
        """The path to which the provider sends users back."""
        return reverse("oidc_callback")

    def get_oauth2_adapter(self, request: HttpRequest) -> Exchange:
        """The exchange for this request."""
        return Exchange(request)

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Where to go afterwards, and what for. The address of a link decides nothing else.

        allauth would also take scopes and parameters for the provider from it.
        """
        asked = Provider.get_redirect_from_request_kwargs(self, request)
        known = asked["process"] in {AuthProcess.CONNECT, AuthProcess.REDIRECT}
        return {**asked, "process": asked["process"] if known else AuthProcess.LOGIN}

    def redirect(self, request: HttpRequest, process: str, **kwargs: Any) -> HttpResponseBase:
        """A redirect to the provider, with a nonce that the session remembers.

        A user who is signed in has to prove who they are: a provider that remembers its user asks
        for the password nevertheless.
        """
        nonce = secrets.token_urlsafe(32)
        asks = {} if process == AuthProcess.LOGIN else {"prompt": "login"}
        sent = {**kwargs, "nonce": nonce, "auth_params": {"nonce": nonce, **asks}}
        response: HttpResponseBase = super().redirect(request, process, **sent)
        return response

    def get_scope(self) -> list[str]:
        """The scopes of the settings."""
        return list(configured().scopes)

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The provider's name for the user that never changes."""
        try:
            return profile.subject(data)
        except ValueError as error:
            raise OAuth2Error(str(error)) from error

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """The claims that are used, and no others."""
        return profile.used_claims(data, configured().groups_claim)

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """The claims as fields of a user."""
        return profile.user_fields(data)

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """No addresses beside the verified one of :func:`profile.user_fields`."""
        return []


provider_classes = [SiteProvider]
