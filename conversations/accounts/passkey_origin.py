"""Checks the page on which a passkey has answered: only the site's own origins count.

fido2 takes every subdomain of the site's host, and over plain HTTP every origin.
"""

import json
from typing import Any

from allauth.mfa.adapter import get_adapter
from django.conf import settings
from fido2.utils import websafe_decode


def check_origin(credential: Any) -> None:
    """Raise ValidationError unless the browser says that the site itself has asked."""
    if _origin(credential) not in settings.SITE_ORIGINS:
        raise get_adapter().validation_error("incorrect_code")


def _origin(credential: Any) -> str | None:
    """The origin in the data that the passkey has signed; None for data in any other shape."""
    try:
        told = json.loads(websafe_decode(credential["response"]["clientDataJSON"]))
        crossed = bool(told.get("crossOrigin"))
        return None if crossed else str(told["origin"])
    except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
        return None
