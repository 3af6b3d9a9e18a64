"""The first administrator is created through the printed link."""

import pytest
from django.contrib.auth import get_user
from django.test import Client

from conversations.accounts import first_run
from conversations.models import User

FORM = {"username": "dana", "email": "dana@example.org", "password": "a quiet afternoon"}

pytestmark = pytest.mark.django_db


def test_the_link_makes_an_administrator_and_signs_in(client: Client) -> None:
    answer = client.post(f"/setup/{first_run.issue_token()}/", FORM)
    user = User.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert (user.username, user.is_staff, user.is_superuser) == ("dana", True, True)
    assert user.check_password(FORM["password"])
    assert get_user(client) == user  # type: ignore[arg-type]


def test_before_that_the_start_page_says_where_the_link_is_without_giving_it(
    client: Client,
) -> None:
    token = first_run.issue_token()
    page = client.get("/")
    assert page.status_code == 200
    assert "is not set up yet" in page.text
    assert "the link that the site printed when it started" in page.text
    assert "Start the site again, and it prints a new one." in page.text
    assert token not in page.text
    assert "/setup/" not in page.text


def test_after_that_the_start_page_asks_to_sign_in(client: Client) -> None:
    User.objects.create_user("alice", password="a quiet afternoon")
    assert client.get("/")["Location"] == "/accounts/login/?next=/"


def test_the_link_works_once(client: Client) -> None:
    address = f"/setup/{first_run.issue_token()}/"
    client.post(address, FORM)
    again = Client().post(address, {**FORM, "username": "mallory"})
    assert again.status_code == 404
    assert User.objects.count() == 1


def test_another_token_is_not_found(client: Client) -> None:
    first_run.issue_token()
    assert client.get("/setup/guessed/").status_code == 404
    assert client.post("/setup/guessed/", FORM).status_code == 404
    assert User.objects.count() == 0


def test_a_newer_link_replaces_the_older(client: Client) -> None:
    older, newer = first_run.issue_token(), first_run.issue_token()
    assert client.get(f"/setup/{older}/").status_code == 404
    assert client.get(f"/setup/{newer}/").status_code == 200


def test_no_link_works_once_there_is_an_administrator(client: Client) -> None:
    token = first_run.issue_token()
    User.objects.create_superuser("erin", "erin@example.org", "a quiet afternoon")
    assert client.post(f"/setup/{token}/", FORM).status_code == 404
    assert first_run.is_needed() is False


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "12345678"), ("password", "dana1"), ("email", "no address"), ("username", "")],
)
def test_a_refused_form_names_the_field_and_the_link_still_works(
    client: Client, field: str, value: str
) -> None:
    address = f"/setup/{first_run.issue_token()}/"
    refused = client.post(address, {**FORM, field: value})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [field]
    assert User.objects.count() == 0
    assert client.post(address, FORM).status_code == 302
