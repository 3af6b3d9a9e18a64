"""The security events of signing in, of what one signs in with, and of API keys and links."""

import json
import re
from typing import Any

import msgspec
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import LazySettings
from django.core import mail
from django.core.management import call_command
from django.test import Client

from conversations.accounts import first_run
from conversations.models import ApiKey, AuditEntry, ShareLink
from tests.people import PASSWORD, People
from tests.sharing.talk import browser_of, make_talk, selection
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
TYPED_SECRET = "a password in the wrong field"


def new_events() -> list[tuple[str, str, str, dict[str, Any]]]:
    """The events since the last call: by whom, what, about whom, and its details."""
    found = AuditEntry.objects.security_events().order_by("pk")
    seen = list(found.values_list("actor_name", "action", "target_name", "after"))
    found.delete()
    return seen


def sign_in(client: Client, name: str, password: str = PASSWORD) -> None:
    """Send the form of the sign-in page."""
    client.post(LOGIN, {"login": name, "password": password})


def test_signing_in_and_out_and_a_wrong_password(client: Client, people: People) -> None:
    sign_in(client, "alice", "wrong")
    sign_in(client, "alice@example.org", "wrong")
    sign_in(client, "Alice")
    client.post("/accounts/logout/")
    assert new_events() == [
        ("(not signed in)", "sign-in failed", "alice", {}),
        ("alice", "signed in", "alice", {"method": "password"}),
        ("alice", "signed out", "alice", {}),
    ]


def test_the_two_failures_are_counted_together(client: Client, people: People) -> None:
    sign_in(client, "alice", "wrong")
    sign_in(client, "alice@example.org", "wrong")
    assert AuditEntry.objects.get().times == 2


def test_a_name_that_belongs_to_no_account_is_nowhere(
    client: Client, people: People, caplog: pytest.LogCaptureFixture
) -> None:
    sign_in(client, TYPED_SECRET)
    sign_in(client, f"{TYPED_SECRET}@example.org")
    assert new_events() == [("(not signed in)", "sign-in failed", "", {})]
    assert TYPED_SECRET not in caplog.text


def test_a_deactivated_account_fails(client: Client, people: People) -> None:
    people.alice.is_active = False
    people.alice.save()
    sign_in(client, "alice")
    assert [(what, whom) for _by, what, whom, _details in new_events()] == [
        ("sign-in failed", "alice")
    ]


def test_an_event_has_the_clients_address_and_browser(client: Client, people: People) -> None:
    client.post(
        LOGIN,
        {"login": "alice", "password": PASSWORD},
        headers={"user-agent": "Firefox/140.0"},
        REMOTE_ADDR="203.0.113.5",
    )
    entry = AuditEntry.objects.get()
    assert (entry.address, entry.user_agent) == ("203.0.113.5", "Firefox/140.0")


def test_a_second_factor_that_is_right_and_one_that_is_wrong(
    client: Client, people: People
) -> None:
    TOTP.activate(people.alice, generate_totp_secret())
    RecoveryCodes.activate(people.alice)
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    sign_in(client, "alice")
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert new_events() == [
        ("(not signed in)", "second factor failed", "alice", {}),
        ("alice", "recovery code used", "alice", {}),
        ("alice", "signed in", "alice", {"method": "password, recovery codes"}),
    ]


@pytest.mark.django_db(transaction=True)
def test_factors_are_added_and_removed(people: People) -> None:
    client = confirmed(people.alice)
    new_events()
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    client.post("/accounts/2fa/totp/activate/", {"code": code})
    assert new_events() == [
        ("alice", "second factor added", "alice", {"factor": "totp"}),
        ("alice", "recovery codes made", "alice", {}),
    ]
    client.post("/accounts/2fa/totp/deactivate/")
    removed = ("alice", "second factor removed", "alice")
    assert new_events() == [
        (*removed, {"factor": "totp"}), (*removed, {"factor": "recovery codes"}),
    ]  # fmt: skip


def test_a_password_is_changed_and_reset(
    client: Client, people: People, settings: LazySettings
) -> None:
    own = confirmed(people.alice)
    new_events()
    new = "another quiet afternoon"
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    own.post("/accounts/password/change/", fields)
    assert new_events() == [("alice", "password changed", "alice", {})]
    client.post("/accounts/password/reset/", {"email": "alice@example.org"})
    link = re.search(r"http\S+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
    assert link
    form = client.get(link[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": PASSWORD, "password2": PASSWORD})
    assert ("alice", "password reset", "alice", {}) in new_events()


def test_who_one_is_is_confirmed(people: People) -> None:
    client = Client()
    client.force_login(people.alice)
    new_events()
    client.post("/accounts/reauthenticate/", {"password": "wrong"})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert new_events() == [
        ("(not signed in)", "confirmation failed", "alice", {}),
        ("alice", "identity confirmed", "alice", {"method": "password"}),
    ]


def test_addresses_are_added_and_removed(people: People) -> None:
    client = confirmed(people.alice)
    new_events()
    client.post("/accounts/email/", {"action_add": "", "email": "new@example.org"})
    client.post("/accounts/email/", {"action_remove": "", "email": "new@example.org"})
    assert [(what, details) for _by, what, _whom, details in new_events()] == [
        ("e-mail address added", {"email": "new@example.org"}),
        ("e-mail address removed", {"email": "new@example.org"}),
    ]


def test_signing_up_and_setting_up(client: Client, settings: LazySettings) -> None:
    token = first_run.issue_token()
    form = {"username": "dana", "email": "dana@example.org", "password": PASSWORD}
    client.post(f"/setup/{token}/", form)
    assert [what for _by, what, _whom, _details in new_events()] == ["site set up", "signed in"]
    settings.SIGNUP = "open"
    form = {"username": "erin", "email": "erin@example.org", "password1": PASSWORD}
    Client().post("/accounts/signup/", form)
    assert [what for _by, what, _whom, _details in new_events()][:2] == ["signed up", "signed in"]


def test_a_key_is_made_changed_and_revoked(people: People) -> None:
    client = confirmed(people.alice)
    new_events()
    form = {"name": "backup", "which_models": "all", "endpoints": ["chat", "models"]}
    secret = client.post("/account/keys/new/", form).context["secret"]
    key = ApiKey.objects.get()
    client.post(f"/account/keys/{key.pk}/", form)
    client.post(f"/account/keys/{key.pk}/", {"revoke": "1"})
    client.post(f"/account/keys/{key.pk}/", {"revoke": "1"})
    found = new_events()
    assert [what for _by, what, _whom, _details in found] == [
        "API key made", "API key changed", "API key revoked",
    ]  # fmt: skip
    assert all(details == {"key": str(key)} for *_who, details in found)
    assert secret not in json.dumps(found)


def test_a_key_that_a_command_makes_is_recorded_as_that(people: People) -> None:
    call_command("create_api_key", "alice", name="backup")
    ((who, what, whom, _details),) = new_events()
    assert (who, what, whom) == ("(command line)", "API key made", "alice")


def test_a_link_for_anyone_is_recorded_without_its_title(people: People) -> None:
    talk, browser = make_talk(people.alice), browser_of(people.alice)
    new_events()

    def post(address: str, audience: str, **body: Any) -> None:
        sent = {**body, "terms": {"audience": audience}}
        answer = browser.post(address, sent, content_type="application/json")
        assert answer.status_code in {200, 201}

    chosen = msgspec.to_builtins(selection(talk))
    post(f"/c/{talk.pk}/share/", "signed_in", selection=chosen)
    link = ShareLink.objects.get()
    assert new_events() == []
    for audience in ("public", "public", "signed_in"):
        post(f"/share/{link.pk}/terms/", audience)
    assert new_events() == [("alice", "link made public", "alice", {"link": str(link.pk)})]


def test_a_sign_in_on_a_new_device_is_told_by_mail(
    client: Client, people: People, settings: LazySettings
) -> None:
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    EmailAddress.objects.create(
        user=people.alice, email="alice@example.org", primary=True, verified=True
    )
    sign_in(client, "alice")
    client.post("/accounts/logout/")
    sign_in(client, "alice")
    assert mail.outbox == []
    firefox = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    sign_in(Client(headers={"user-agent": firefox}), "alice")
    assert [each.to for each in mail.outbox] == [["alice@example.org"]]
    for shown in ("in which it was not signed in before", "127.0.0.1", "Firefox on Windows", "UTC"):
        assert shown in mail.outbox[0].body
    assert new_events()[-1] == (
        "alice", "signed in", "alice", {"method": "password", "device": "new device"},
    )  # fmt: skip
