"""System checks of the settings that name an upstream: each error stops the start."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from conversations.upstream import check_base_url, check_header


@register
def upstream_address(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Refuse an invalid address of the upstream, or one with a password in it."""
    try:
        if settings.UPSTREAM_BASE_URL:
            check_base_url(settings.UPSTREAM_BASE_URL)
    except ValueError:
        hint = (
            "Set it to a complete address such as https://api.example.org/v1, without user name, "
            "password, query and fragment."
        )
        text = "UPSTREAM_BASE_URL is not the address of a server."
        return [Error(text, hint=hint, id="chatsite.E005")]
    return []


@register
def upstream_key(app_configs: Sequence[AppConfig] | None, **kwargs: object) -> list[CheckMessage]:
    """Refuse a key that a header cannot carry."""
    try:
        check_header("Authorization", f"Bearer {settings.UPSTREAM_API_KEY}")
    except ValueError:
        text = "UPSTREAM_API_KEY is not printable ASCII."
        return [Error(text, hint="Copy it again from the provider.", id="chatsite.E006")]
    return []
