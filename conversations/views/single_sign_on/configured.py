"""The provider of the settings, for code that runs only where there is one."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.http import Http404

if TYPE_CHECKING:
    from chatsite.oidc import OidcProvider


def configured() -> "OidcProvider":
    """The provider. Raises Http404 without one: its addresses do not exist then."""
    if settings.OIDC is None:
        raise Http404
    return settings.OIDC
