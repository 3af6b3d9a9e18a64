"""Who may sign up."""

from urllib.parse import urlsplit

import pytest
from django.conf import LazySettings
from django.test import Client

from chatsite.accounts import invitation_url
from conversations.models import User

FORM = {"username": "erin", "email": "erin@example.org", "password1": "a quiet afternoon"}

pytestmark = pytest.mark.django_db


def sign_up(client: Client, address: str = "/accounts/signup/", **fields: str) -> bool:
    """Whether the form, sent from this address, made an account."""
    client.get(address)
    client.post(address, {**FORM, **fields})
    return User.objects.exists()


def test_nobody_may_by_default(client: Client) -> None:
    assert sign_up(client) is False


def test_anybody_may_where_it_is_open(client: Client, settings: LazySettings) -> None:
    settings.SIGNUP = "open"
    assert sign_up(client) is True


def test_only_addresses_of_the_domain_may(client: Client, settings: LazySettings) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAIN = "domain:example.org", "example.org"
    assert sign_up(client, email="erin@evil-example.org") is False
    assert sign_up(client, email="erin@example.org.evil") is False
    assert sign_up(client) is True


def test_an_invitation_admits_the_address_that_was_invited(
    client: Client, settings: LazySettings
) -> None:
    settings.SIGNUP = "invite"
    link = urlsplit(invitation_url("erin@example.org"))
    assert sign_up(client) is False
    assert sign_up(client, f"{link.path}?{link.query}", email="mallory@example.org") is False
    assert sign_up(client, f"{link.path}?{link.query}") is True


def test_a_changed_invitation_admits_nobody(client: Client, settings: LazySettings) -> None:
    settings.SIGNUP = "invite"
    link = urlsplit(invitation_url("erin@example.org"))
    assert sign_up(client, f"{link.path}?{link.query}x") is False
