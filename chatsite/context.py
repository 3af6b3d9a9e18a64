"""Template context about the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """`site_name`, `site_url`; `signup_open`: True if visitors may sign up; `deleted_kept_days`;
    `sends_mail`: True if there is a mail server;
    `sign_in_provider`: the name of the provider that users may sign in with, if there is one."""
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "sends_mail": bool(settings.EMAIL_URL),
        "deleted_kept_days": settings.DELETED_KEPT_DAYS,
        "sign_in_provider": settings.OIDC.name if settings.OIDC else "",
        "signup_open": settings.SIGNUP == "open" or bool(settings.SIGNUP_DOMAIN),
    }
