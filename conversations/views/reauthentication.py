"""The page that sends users without a password to their sign-in service again."""

from allauth.account.utils import get_next_redirect_url
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from conversations.views.signed_in import SignedInRequest


@require_safe
@login_required
def by_service(request: SignedInRequest) -> HttpResponse:
    """The services that the account is connected to, each with a button."""
    query = {
        "process": "redirect",
        "next": get_next_redirect_url(request) or "/",
    }
    # One that is no longer in the settings cannot confirm anybody.
    issuer = settings.OIDC.issuer if settings.OIDC else None
    accounts = SocialAccount.objects.filter(user=request.user, provider=issuer)
    providers = [each.get_provider(request) for each in accounts]
    services = [(each.name, each.get_login_url(request, **query)) for each in providers]
    return render(request, "account/reauthenticate_by_service.html", {"services": services})
