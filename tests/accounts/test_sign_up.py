"""Who may sign up, and where people sign in."""

import pytest
from django.conf import LazySettings
from django.test import Client

from conversations.models import User
from tests.people import People

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


def test_the_administration_has_no_sign_in_page_of_its_own(client: Client) -> None:
    page = client.get("/admin/login/", {"next": "/admin/usage/"})
    assert (page.status_code, page["Location"]) == (
        302,
        "/accounts/login/?next=%2Fadmin%2Fusage%2F",
    )


def test_whoever_may_not_enter_the_administration_is_told_so(
    client: Client, people: People
) -> None:
    client.force_login(people.alice)
    assert client.get("/admin/", follow=True).status_code == 403
