"""Who may sign up."""

import pytest
from django.conf import LazySettings
from django.test import Client

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


@pytest.mark.parametrize("signup", ["closed", "invite"])
def test_a_link_to_the_sign_up_page_is_no_invitation(
    client: Client, settings: LazySettings, signup: str
) -> None:
    settings.SIGNUP = signup
    assert sign_up(client, "/accounts/signup/?invitation=anything") is False
