"""Guesses at codes, links and passwords in other forms, and mail that strangers ask for."""

import re
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import LazySettings
from django.core import mail
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations.accounts import first_run
from conversations.models import User
from tests.clock import Clock
from tests.people import PASSWORD, People
from tests.signed_in import confirmed

SEED = "JBSWY3DPEHPK3PXP"
pytestmark = pytest.mark.django_db


def right_code() -> str:
    return format_hotp_value(hotp_value(SEED, int(time.time()) // app_settings.TOTP_PERIOD))


def second_step(user: User, code: str, browser: Client | None = None) -> HttpResponse:
    """Sign in with the right password, and then with this code."""
    browser = browser or Client()
    browser.post("/accounts/login/", {"login": user.username, "password": PASSWORD})
    return browser.post("/accounts/2fa/authenticate/", {"code": code})


@pytest.fixture
def alice(people: People, settings: object) -> User:
    """Alice, with an app that shows codes. The next code may come while a test runs."""
    settings.MFA_TOTP_TOLERANCE = 1  # type: ignore[attr-defined]
    TOTP.activate(people.alice, SEED)
    RecoveryCodes.activate(people.alice)
    return people.alice


def test_wrong_codes_are_counted_over_new_sign_ins_with_the_right_password(alice: User) -> None:
    answers = [second_step(alice, "000000").status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    refused = second_step(alice, right_code())
    assert (refused.status_code, "Try again in 15 minutes" in refused.text) == (429, True)


def test_a_right_code_clears_the_wrong_ones(alice: User) -> None:
    for _ in range(9):
        second_step(alice, "000000")
    assert second_step(alice, right_code()).status_code == 302
    assert [second_step(alice, "000000").status_code for _ in range(10)] == [200] * 10


def test_recovery_codes_count_with_the_others(alice: User) -> None:
    recovery = Authenticator.objects.get(user=alice, type="recovery_codes").wrap()
    for _ in range(9):
        second_step(alice, "not-a-code")
    assert second_step(alice, recovery.get_unused_codes()[0]).status_code == 302


def test_a_code_works_once_whatever_the_cache_forgets(alice: User) -> None:
    code = right_code()
    assert second_step(alice, code).status_code == 302
    cache.clear()
    assert second_step(alice, code).status_code == 200


def test_codes_locked_by_others_can_still_be_given_on_a_known_device(alice: User) -> None:
    device = Client()
    assert second_step(alice, right_code(), device).status_code == 302
    device.post("/accounts/logout/")
    for _ in range(11):
        second_step(alice, "000000")
    recovery = Authenticator.objects.get(user=alice, type="recovery_codes").wrap()
    assert second_step(alice, recovery.get_unused_codes()[0], device).status_code == 302


def test_a_password_that_is_right_alone_makes_no_known_device(alice: User) -> None:
    thief = Client()
    for _ in range(10):
        second_step(alice, "000000", thief)
    assert second_step(alice, "000000", thief).status_code == 429


def test_a_mailbox_opens_no_further_guesses_at_the_second_factor(
    alice: User, client: Client
) -> None:
    for _ in range(11):
        second_step(alice, "000000")
    reset("alice@example.org")
    link = re.search(r"http://\S+/reset/key/\S+", mail.outbox[0].body)
    assert link is not None
    form = client.get(link[0], follow=True)
    new = {"password1": PASSWORD, "password2": PASSWORD}
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302
    assert second_step(alice, "000000", client).status_code == 429


OLD_PASSWORD = {"oldpassword": "a guess", "password1": "another dusk", "password2": "another dusk"}


@pytest.mark.parametrize(
    ("address", "form"),
    [
        ("/accounts/reauthenticate/", {"password": "a guess"}),
        ("/accounts/password/change/", OLD_PASSWORD),
    ],
)
def test_a_stolen_session_guesses_the_password_no_further_than_anybody(
    people: People, address: str, form: dict[str, str]
) -> None:
    thief = confirmed(people.alice)
    thief.cookies.pop("device", None)
    answers = [thief.post(address, form).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    elsewhere = Client().post(
        "/accounts/login/", {"login": "alice", "password": PASSWORD}, REMOTE_ADDR="192.0.2.9"
    )
    assert elsewhere.status_code == 429


def test_a_new_password_ends_the_lock(people: People) -> None:
    browser = Client()
    browser.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    for _ in range(10):
        Client().post("/accounts/login/", {"login": "alice", "password": "a guess"})
    right = {**OLD_PASSWORD, "oldpassword": PASSWORD}
    assert browser.post("/accounts/password/change/", right).status_code == 302
    new = {"login": "alice", "password": "another dusk"}
    assert Client().post("/accounts/login/", new).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "address",
    [
        "/setup/guess/",
        "/invite/guess/",
        "/accounts/password/reset/key/1-c00000-0123456789abcdef/",
        "/s/guess/",
    ],
)
def test_secret_addresses_that_do_not_exist_are_missed_together(address: str) -> None:
    token = first_run.issue_token()
    for _ in range(15):
        Client().get(address)
        Client().get("/s/another/")
    assert Client().get(address).status_code == 429
    assert Client().get(f"/setup/{token}/").status_code == 429
    assert Client(REMOTE_ADDR="192.0.2.9").get(f"/setup/{token}/").status_code == 200


def reset(address: str, network: str = "192.0.2.1") -> HttpResponse:
    return Client().post("/accounts/password/reset/", {"email": address}, REMOTE_ADDR=network)


def test_a_mailbox_gets_few_mails_however_many_ask(people: People, clock: Clock) -> None:
    answers = [reset("alice@example.org", f"2001:db8:{number:x}::1") for number in range(9)]
    assert {each.status_code for each in answers} == {302}
    assert len(mail.outbox) == 5
    reset("bob@example.org")
    assert mail.outbox[-1].to == ["bob@example.org"]
    clock.advance(hours=1)
    reset("alice@example.org")
    assert (len(mail.outbox), mail.outbox[-1].to) == (7, ["alice@example.org"])


class Later(Executor):
    """Calls what it is given when a test says so."""

    def __init__(self) -> None:
        self.calls: list[Callable[[], Any]] = []

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:  # type: ignore[override]
        self.calls.append(partial(function, *args, **kwargs))
        return Future()

    def call_all(self) -> None:
        while self.calls:
            self.calls.pop(0)()


def test_the_answer_waits_for_no_mail_nor_for_the_search_of_an_account(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = Later()
    monkeypatch.setattr("conversations.accounts.mail._pool", later)
    work = []
    for number, address in enumerate(["alice@example.org", "nobody@example.org"]):
        with CaptureQueriesContext(connection) as queries:
            assert reset(address, f"192.0.2.{number}").status_code == 302
        work.append(len(queries))
    assert work[0] == work[1]
    assert not mail.outbox
    later.call_all()
    assert [each.to for each in mail.outbox] == [["alice@example.org"]]


def test_mails_about_sign_ups_keep_no_link_for_a_password_from_its_owner(
    people: People, settings: LazySettings
) -> None:
    settings.SIGNUP, settings.ACCOUNT_EMAIL_VERIFICATION = "open", "mandatory"
    for number in range(9):
        fields = {"username": f"x{number}", "email": "alice@example.org", "password1": PASSWORD}
        Client().post("/accounts/signup/", fields, REMOTE_ADDR=f"192.0.2.{number}")
    assert len(mail.outbox) == 5
    reset("alice@example.org")
    assert "/accounts/password/reset/key/" in mail.outbox[-1].body


def test_a_mail_server_that_fails_is_told_to_the_operator_alone(
    people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(self: EmailMessage) -> int:
        raise ConnectionRefusedError

    monkeypatch.setattr(EmailMessage, "send", fails)
    assert reset("alice@example.org").status_code == 302
    assert "A mail could not be sent." in caplog.text


def test_a_mailbox_that_is_full_still_learns_what_happens_to_its_account(
    people: People, settings: object
) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True  # type: ignore[attr-defined]
    EmailAddress.objects.create(
        user=people.alice, email="alice@example.org", verified=True, primary=True
    )
    for _ in range(6):
        reset("alice@example.org")
    browser = confirmed(people.alice)
    browser.post("/accounts/password/change/", {**OLD_PASSWORD, "oldpassword": PASSWORD})
    assert "password" in mail.outbox[-1].subject.lower()
    assert len(mail.outbox) == 6


@pytest.mark.parametrize("address", ["/accounts/password/reset/", "/accounts/signup/"])
def test_a_network_sends_thirty_forms_in_a_quarter_of_an_hour(
    people: People, settings: object, clock: Clock, address: str
) -> None:
    settings.SIGNUP = "open"  # type: ignore[attr-defined]
    form = {"email": "nobody", "username": "", "password1": ""}
    answers = [Client().post(address, form) for _ in range(31)]
    assert [each.status_code for each in answers] == [200] * 30 + [429]
    assert "Try again in 15 minutes." in answers[-1].text
    assert answers[-1]["Retry-After"] == "900"
    assert Client().get(address).status_code == 200
