"""What every template may use about the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """`site_name`, and `signup_open`: whether anybody may ask for an account."""
    return {
        "site_name": settings.SITE_NAME,
        "signup_open": settings.SIGNUP == "open" or bool(settings.SIGNUP_DOMAIN),
    }
