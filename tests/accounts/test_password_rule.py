"""New passwords: long, and not near to one that others use, wherever one is chosen."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client

from conversations.accounts import first_run
from conversations.accounts import people as accounts
from conversations.models import User
from tests.people import PASSWORD, People
from tests.signed_in import confirmed

GOOD = "seven green harbours"
ERIN = User(username="erin.fisher", email="erin.fisher@harbour-lights.example", first_name="Erin")


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "correct horse battery staple",
        "xK9#mq2Lp0vT",
        "8374652910",
        " spaces at both ends ",
        "我爱北京天安门和长城的故事",
        "пять зелёных гаваней",
        "🦊🌊🚲📚🌵🔭🎻🧭🪁🥝",
        "a phrase " * 20 + "of many words",
        "w" + "ordless harbour " * 15,
    ],
)
def test_length_is_enough(password: str) -> None:
    validate_password(password, ERIN)


@pytest.mark.parametrize(
    ("password", "sentence"),
    [
        ("Xk9#mq2Lp", "longer"),
        ("", "longer"),
        ("x" * 257, "shorter"),
        # Breached, and near to what was.
        ("1234567890", "easy to guess"),
        ("Password123!", "easy to guess"),
        ("P@ssw0rd1234", "easy to guess"),
        ("drowssap1234", "easy to guess"),
        ("qwertyuiop12", "easy to guess"),
        ("iloveyou1234", "easy to guess"),
        ("letmeinletmein", "easy to guess"),
        ("aaaaaaaaaaaaaaaa", "easy to guess"),
        ("密码密码密码密码密码", "easy to guess"),
        # In the list of Django alone.
        ("olanrewaju", "easy to guess"),
        # The site's name and the user's.
        ("parleyparley1", "easy to guess"),
        ("erin.fisher1", "easy to guess"),
        ("ErinFisher2026", "easy to guess"),
        ("Summer1999", "easy to guess"),
        ("harbour-lights.example", "easy to guess"),
    ],
)
def test_an_easy_password_is_refused_with_what_to_do(password: str, sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        validate_password(password, ERIN)


def test_a_long_password_is_taken_as_a_whole() -> None:
    user = User(username="erin")
    password = "seven green harbours and " * 8
    user.set_password(password)
    assert user.check_password(password)
    assert not user.check_password(password[:-1])


EASY = "Password123!"


@pytest.mark.django_db
def test_the_rule_holds_wherever_a_password_is_chosen(
    client: Client, people: People, settings: object
) -> None:
    settings.SIGNUP = "open"  # type: ignore[attr-defined]
    fields = {"username": "erin", "email": "erin@example.org"}
    invitation = accounts.invite(people.dana).rpartition("/invite/")[2]
    alice, dana = confirmed(people.alice), confirmed(people.dana)
    user = f"/admin/conversations/user/{people.bob.pk}/password/"
    pages = [
        client.post("/accounts/signup/", {**fields, "password1": EASY}),
        client.post(f"/invite/{invitation}", {**fields, "password": EASY}),
        alice.post(
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": EASY, "password2": EASY},
        ),
        dana.post(user, {"password1": EASY, "password2": EASY, "usable_password": "true"}),
    ]
    for page in pages:
        assert "This password is easy to guess" in page.content.decode(), page
    assert not User.objects.filter(username="erin").exists()
    for person in (people.alice, people.bob):
        assert User.objects.get(pk=person.pk).check_password(PASSWORD)


@pytest.mark.django_db
def test_the_first_administrator_needs_a_good_one_too(client: Client) -> None:
    fields = {"username": "dana", "email": "dana@example.org", "password": EASY}
    page = client.post(f"/setup/{first_run.issue_token()}/", fields)
    assert "This password is easy to guess" in page.content.decode()
