"""Gives the groups of the claims, each time when somebody signs in with the provider."""

from allauth.account.signals import user_logged_in
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.dispatch import receiver

from conversations.accounts.provided_groups import follow_provider
from conversations.models import User


@receiver(user_logged_in)
def follow_claims(user: User, sociallogin: SocialLogin | None = None, **_: object) -> None:
    """Carry out what the claims of this sign-in say; nothing where they say nothing of groups."""
    groups = sociallogin.account.extra_data.get("groups") if sociallogin else None
    if groups is not None and settings.OIDC:
        follow_provider(
            user, groups, mapping=settings.OIDC.groups, staff_value=settings.OIDC.staff_group
        )
