"""Signing in with wrong passwords: how often, from where, and by which name."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher, get_hasher
from django.core import mail
from django.http import HttpResponse
from django.test import Client, RequestFactory

from conversations.accounts import guessing, known_devices
from conversations.models import AuditEntry, FailedAttempts, SecurityEvent, User
from tests.clock import Clock
from tests.people import PASSWORD, People

SIGN_IN = "/accounts/login/"
TOO_MANY = "Too many attempts have failed. Try again in 15 minutes"
pytestmark = pytest.mark.django_db


def sign_in(
    name: str, password: str = "a guess", address: str = "192.0.2.1", browser: Client | None = None
) -> HttpResponse:
    """The site's answer to a sign-in."""
    browser = browser or Client()
    return browser.post(SIGN_IN, {"login": name, "password": password}, REMOTE_ADDR=address)


def statuses(name: str, times: int, first: int = 1) -> list[int]:
    """The answers to wrong passwords, each from a network of its own."""
    return [
        sign_in(name, address=f"2001:db8:{number:x}::1").status_code
        for number in range(first, first + times)
    ]


def test_the_eleventh_wrong_password_is_refused_whatever_address_it_comes_from(
    people: People, clock: Clock
) -> None:
    assert statuses("alice", 11) == [200] * 10 + [429]
    refused = sign_in("alice", PASSWORD, "198.51.100.1")
    assert (refused.status_code, refused["Retry-After"]) == (429, "900")
    assert TOO_MANY in refused.text
    assert sign_in("bob", PASSWORD).status_code == 302


def test_a_lock_ends(people: People, clock: Clock) -> None:
    statuses("alice", 10)
    clock.advance(minutes=15)
    assert sign_in("alice", PASSWORD).status_code == 302
    assert statuses("alice", 11) == [200] * 10 + [429]


@pytest.mark.parametrize("name", ["alice@example.org", "ALICE", "Alice@Example.org", "  alice "])
def test_every_name_of_an_account_counts_for_it(people: People, name: str) -> None:
    EmailAddress.objects.create(
        user=people.alice, email="alice@example.org", verified=True, primary=True
    )
    statuses("alice", 5)
    assert statuses(name, 6, first=20) == [200] * 5 + [429]
    assert sign_in("alice", PASSWORD).status_code == 429


@pytest.mark.parametrize("others", [["NOBODY"], ["nobody", "ｎｏｂｏｄｙ"]])
def test_a_name_without_an_account_is_refused_like_one_with(
    people: People, clock: Clock, others: list[str]
) -> None:
    answers = {
        name: [
            sign_in(each, address=f"2001:db8:{number:x}::1")
            for number, each in enumerate([name] * 8 + (others if name == "nobody" else [name]) * 3)
        ]
        for name in ("alice", "nobody")
    }
    known, unknown = ([each.status_code for each in answers[name][:11]] for name in answers)
    assert known == unknown == [200] * 10 + [429]
    texts = [answers[name][10].text.replace(name, "somebody") for name in answers]
    assert [TOO_MANY in text for text in texts] == [True, True]


def test_a_network_may_try_fifty_times(people: People) -> None:
    answers = [sign_in(f"nobody-{number}").status_code for number in range(51)]
    assert answers == [200] * 50 + [429]
    assert sign_in("alice", PASSWORD).status_code == 429
    assert sign_in("alice", PASSWORD, "192.0.2.2").status_code == 302


def test_signing_in_with_an_own_account_permits_no_further_guess(people: People) -> None:
    for number in range(49):
        sign_in(f"nobody-{number}")
    assert sign_in("bob", PASSWORD).status_code == 302
    assert sign_in("somebody").status_code == 200
    assert sign_in("anybody").status_code == 429


def test_a_known_device_can_enter_a_locked_account(people: People) -> None:
    device = Client()
    assert sign_in("alice", PASSWORD, browser=device).status_code == 302
    device.post("/accounts/logout/")
    statuses("alice", 11)
    assert sign_in("alice", PASSWORD).status_code == 429
    assert sign_in("alice", PASSWORD, browser=device).status_code == 302
    device.post("/accounts/logout/")
    # It is known to one account alone.
    statuses("bob", 11)
    assert sign_in("bob", PASSWORD, browser=device).status_code == 429


def test_a_network_that_others_use_up_is_open_to_a_known_device(people: People) -> None:
    device = Client()
    sign_in("alice", PASSWORD, browser=device)
    device.post("/accounts/logout/")
    for number in range(70):
        sign_in(f"nobody-{number}")
    assert sign_in("alice", PASSWORD).status_code == 429
    assert sign_in("alice", PASSWORD, browser=device).status_code == 302


def test_a_new_password_by_mail_is_not_locked_by_those_who_go_on_guessing(
    people: People, client: Client
) -> None:
    statuses("alice", 11)
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    link = re.search(r"http://\S+/reset/key/\S+", mail.outbox[0].body)
    assert link is not None
    form = client.get(link[0], follow=True)
    new = {"password1": "another quiet dusk", "password2": "another quiet dusk"}
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302
    statuses("alice", 11, first=40)
    assert sign_in("alice", "another quiet dusk").status_code == 429
    assert sign_in("alice", "another quiet dusk", browser=client).status_code == 302


def test_a_known_device_has_a_count_of_its_own(people: People) -> None:
    device = Client()
    sign_in("alice", PASSWORD, browser=device)
    device.post("/accounts/logout/")
    answers = [sign_in("alice", browser=device).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert sign_in("alice", PASSWORD).status_code == 302


def stolen(browser: Client) -> Client:
    """Another browser with the cookie of this one's device."""
    thief = Client()
    thief.cookies[settings.DEVICE_COOKIE_NAME] = browser.cookies[settings.DEVICE_COOKIE_NAME].value
    return thief


@pytest.mark.parametrize("ending", ["the password is set", "all sessions are ended"])
def test_a_stolen_cookie_dies_with(people: People, ending: str) -> None:
    device = Client()
    sign_in("alice", PASSWORD, browser=device)
    thief = stolen(device)
    alice = User.objects.get(pk=people.alice.pk)
    if ending == "the password is set":
        alice.set_password(PASSWORD)
        alice.save()
    else:
        known_devices.forget(alice)
    statuses("alice", 11)
    assert sign_in("alice", PASSWORD, browser=thief).status_code == 429


def test_a_device_cookie_is_for_the_site_alone(people: People) -> None:
    device = Client()
    sign_in("alice", PASSWORD, browser=device)
    cookie = device.cookies[settings.DEVICE_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["max-age"] == 400 * 24 * 3600


@pytest.mark.parametrize("value", ["", "forged", "WzFd:1abc:forged"])
def test_a_forged_cookie_is_none(people: People, value: str) -> None:
    statuses("alice", 11)
    forger = Client()
    forger.cookies[settings.DEVICE_COOKIE_NAME] = value
    assert sign_in("alice", PASSWORD, browser=forger).status_code == 429


def test_a_lock_is_recorded_once(people: People) -> None:
    statuses("alice", 15)
    locks = AuditEntry.objects.filter(action=SecurityEvent.SIGN_IN_LOCKED)
    assert [each.target_name for each in locks] == ["alice"]


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that were hashed."""
    seen: list[str] = []
    kind: type[BasePasswordHasher] = type(get_hasher())
    encode = kind.encode

    def counting(self: BasePasswordHasher, password: str, salt: str) -> str:
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(kind, "encode", counting)
    return seen


@pytest.mark.parametrize(
    "name", ["alice", "alice@example.org", "nobody", "nobody@example.org", "dana@example.org"]
)
def test_a_wrong_password_is_hashed_once_with_an_account_or_without(
    people: People, hashes: list[str], name: str
) -> None:
    EmailAddress.objects.create(
        user=people.alice, email="alice@example.org", verified=True, primary=True
    )
    sign_in(name)
    assert hashes == ["a guess"]


def test_an_attempt_costs_few_statements(
    people: People, django_assert_max_num_queries: object
) -> None:

    attempt = guessing.password_attempt(RequestFactory().get("/"), [people.alice])
    with django_assert_max_num_queries(5), attempt as counted:  # type: ignore[operator]
        counted.succeeded()
    assert not FailedAttempts.objects.filter(slot__startswith="password").exists()
