"""Signs users out at the provider as well (OpenID Connect RP-Initiated Logout 1.0)."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import urlencode

_KEY = "oidc_session"
# Longer ones are not kept with the session; the provider then asks the user itself.
_LONGEST_TOKEN = 16_384


def remember(request: HttpRequest, user_id: int, id_token: str, address: Any) -> None:
    """Keep with the session what ends the provider's session; it is stored nowhere else."""
    if isinstance(address, str) and address.startswith(("https://", "http://")):
        hint = id_token if len(id_token) <= _LONGEST_TOKEN else ""
        request.session[_KEY] = {"user": user_id, "id_token": hint, "address": address}


def address(request: HttpRequest) -> str | None:
    """The address that ends the provider's session; None for a user who did not come from there."""
    kept = request.session.get(_KEY)
    if not settings.OIDC or not kept or kept["user"] != request.user.pk:
        return None
    query = {
        "client_id": settings.OIDC.client_id,
        "post_logout_redirect_uri": f"{settings.SITE_URL}/",
    }
    if kept["id_token"]:
        query["id_token_hint"] = kept["id_token"]
    joint = "&" if "?" in kept["address"] else "?"
    return f"{kept['address']}{joint}{urlencode(query)}"
