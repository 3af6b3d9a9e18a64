"""Speaks with the provider: its description, the code for tokens, and the user's claims."""

from typing import Any

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from conversations.views.single_sign_on.configured import configured
from conversations.views.single_sign_on.id_token import BadToken, checked_claims


class Exchange(OpenIDConnectOAuth2Adapter):
    """allauth's exchange, with the provider's words checked where allauth trusts them."""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, configured().issuer)
        self.nonce = ""
        # Known when the user has come back: the login, and what signs the user out there.
        self.login: SocialLogin | None = None
        self.id_token = ""
        self.end_session_address: Any = None

    @property
    def openid_config(self) -> dict[str, Any]:
        """The description that the provider publishes. It must be that of this issuer."""
        if not hasattr(self, "_openid_config"):
            issuer = configured().issuer
            described = _get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            if described.get("issuer") != issuer:
                raise OAuth2Error(
                    f"OIDC_ISSUER is {issuer!r}, and what is there calls itself "
                    f"{described.get('issuer')!r}"
                )
            self._openid_config = described
        return self._openid_config

    def complete_login(
        self, request: HttpRequest, app: Any, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        """The login of the user whom the ID token names, with the claims of both sources."""
        raw = kwargs["response"].get("id_token")
        if not isinstance(raw, str):
            raise OAuth2Error("the provider sent no ID token")
        signed = self._signed_claims(raw)
        told = self._user_info(token)
        if told.get("sub", signed["sub"]) != signed["sub"]:
            raise OAuth2Error("the provider told the claims of somebody else")
        self.id_token = raw
        self.end_session_address = self.openid_config.get("end_session_endpoint")
        # What is signed wins.
        self.login = self.get_provider().sociallogin_from_response(request, told | signed)
        return self.login

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The address to which the provider sends users back."""
        url: str = build_absolute_uri(
            request, reverse("oidc_callback"), settings.ACCOUNT_DEFAULT_HTTP_PROTOCOL
        )
        return url

    def _signed_claims(self, raw: str) -> dict[str, Any]:
        try:
            return checked_claims(
                raw,
                keys=_get(self.openid_config["jwks_uri"]),
                issuer=configured().issuer,
                client_id=configured().client_id,
                nonce=self.nonce,
            )
        except BadToken as error:
            raise OAuth2Error(f"the ID token is refused: {error}") from error

    def _user_info(self, token: SocialToken) -> dict[str, Any]:
        """The claims that providers leave out of the ID token."""
        if "userinfo_endpoint" not in self.openid_config:
            return {}
        return _get(self.profile_url, {"Authorization": f"Bearer {token.token}"})


class Callback(OAuth2CallbackView):
    """The user comes back from the provider; the state names the attempt and keeps its nonce."""

    adapter: Exchange

    def _get_state(
        self, request: HttpRequest, provider: Any
    ) -> tuple[dict[str, Any] | None, HttpResponseBase | None]:
        state, response = super()._get_state(request, provider)
        if state:
            self.adapter.nonce = state["nonce"]
        return state, response


def _get(address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at the address. Raises ``RequestException``, also for what is none."""
    with get_adapter().get_requests_session() as session:
        response = session.get(address, headers=headers)
    response.raise_for_status()
    content = response.json()
    if not isinstance(content, dict):
        raise requests.exceptions.InvalidJSONError(f"{address} has no JSON object")
    return content
