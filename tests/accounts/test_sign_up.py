"""Sign-up under each setting, and the one sign-in page."""

import pytest
from django.conf import LazySettings
from django.test import Client

from conversations.models import User
from tests.people import People

FORM = {"username": "erin", "email": "erin@example.org", "password1": "a quiet afternoon"}

pytestmark = pytest.mark.django_db


def sign_up(client: Client, address: str = "/accounts/signup/", **fields: str) -> bool:
    """Send the form from this address; True if it created an account."""
    client.get(address)
    client.post(address, {**FORM, **fields})
    return User.objects.exists()


def test_sign_up_is_closed_by_default(client: Client) -> None:
    assert sign_up(client) is False


def test_everybody_can_sign_up_where_it_is_open(client: Client, settings: LazySettings) -> None:
    settings.SIGNUP = "open"
    assert sign_up(client) is True


def test_only_addresses_of_the_domain_can_sign_up(client: Client, settings: LazySettings) -> None:
    settings.SIGNUP, settings.SIGNUP_DOMAIN = "domain:example.org", "example.org"
    assert "It must be at example.org." in client.get("/accounts/signup/").content.decode()
    assert sign_up(client, email="erin@evil-example.org") is False
    assert sign_up(client, email="erin@example.org.evil") is False
    assert sign_up(client) is True


@pytest.mark.parametrize("signup", ["closed", "invite"])
def test_a_made_up_invitation_does_not_open_sign_up(
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


def test_a_user_without_rights_gets_403_from_the_administration(
    client: Client, people: People
) -> None:
    client.force_login(people.alice)
    assert client.get("/admin/", follow=True).status_code == 403
