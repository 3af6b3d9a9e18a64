"""Every form that changes who one is or who acts for one, with the same guards.

A form below ``/accounts/`` or ``/account/`` that is declared neither here nor among those that
change nothing fails the suite. ``tests/test_verbs.py`` sends each without its token, and as those
who are not signed in; ``tests/admin/test_asking_again.py`` has the forms of the administration.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.core import mail
from django.test import Client

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import AuditEntry, User
from tests.people import PASSWORD, People
from tests.signed_in import confirm
from tests.test_verbs import ACCOUNT_ROUTES, OWN_POSTS

# allauth sends some of its mails when the transaction is committed.
pytestmark = pytest.mark.django_db(transaction=True)
SEED = "JBSWY3DPEHPK3PXP"
KEY = {"name": "nightly", "endpoints": ["chat"], "which_models": "all"}
NEW = "another quiet one 7"
# Forms that prove who one is, or ask for a mail: they change nothing of an account that exists.
# Their guesses are counted; see tests/accounts/test_guessing.py and test_sign_in.py.
PROOFS = {
    "account_login", "account_reauthenticate", "account_confirm_login_code", "mfa_authenticate",
    "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_login_webauthn",
    "account_reset_password", "account_logout", "oidc_login", "oidc_callback",
}  # fmt: skip
# Forms that make an account, or confirm an address of one by a secret link.
NEW_ACCOUNTS = {"account_signup", "account_confirm_email", "socialaccount_signup"}
# A link of a mail stands for the password; see tests/accounts/test_passwords.py.
BY_LINK = {"account_reset_password_from_key"}
# A browser has to make the passkey; see tests/accounts/test_passkeys.py.
BY_BROWSER = {"mfa_add_webauthn"}


@dataclass(frozen=True)
class Change:
    """A form, and what has to happen when it is sent.

    ``prepare`` makes what the form is about, for any user, and returns its number. Without
    ``is_asked`` the form has the password among its fields.
    """

    path: str
    fields: dict[str, Any]
    event: str
    mailed: bool = True
    is_asked: bool = True
    ends_others: bool = False
    prepare: Callable[[User], object] = field(default=lambda _user: "")


def key_of(user: User) -> object:
    return api_keys.create(user, KeyChoices("nightly"))[0].pk


def app_of(user: User) -> object:
    TOTP.activate(user, SEED)
    return RecoveryCodes.activate(user).instance.pk


def passkey_of(user: User) -> object:
    data = {"name": "phone", "credential": {}}
    return Authenticator.objects.create(user=user, type="webauthn", data=data).pk


def second_address_of(user: User) -> object:
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    second = f"second-{user.username}@example.org"
    return EmailAddress.objects.create(user=user, email=second, verified=True).pk


def service_of(user: User) -> object:
    uid = f"sub-{user.username}"
    return SocialAccount.objects.create(user=user, provider="https://id.example", uid=uid).pk


def other_session_of(user: User) -> object:
    return signed_in(user).session.session_key


def code_for(page: Any) -> str:
    """The code that an app shows for the page's secret; none if the page is not shown yet."""
    if page.context is None:
        return "000000"
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    return str(format_hotp_value(hotp_value(page.context["form"].secret, counter)))


SECOND = {"email": "second-alice@example.org"}
# By the name of the route; a form that does several things has one line for each.
CHANGES: dict[tuple[str, str], Change] = {
    ("api_key_new", ""): Change("/account/keys/new/", KEY, "API key made"),
    ("api_key", "change"): Change("/account/keys/{}/", KEY, "API key changed", prepare=key_of),
    ("api_key", "revoke"): Change(
        "/account/keys/{}/", {"revoke": "1"}, "API key revoked",
        is_asked=False, mailed=False, prepare=key_of,
    ),
    ("export", ""): Change("/account/export/", {}, "data exported", mailed=False),
    ("account_email", "add"): Change(
        "/accounts/email/", {"action_add": "", "email": "new@example.net"},
        "e-mail address added",
    ),
    ("account_email", "primary"): Change(
        "/accounts/email/", {"action_primary": "", **SECOND}, "e-mail address changed",
        prepare=second_address_of,
    ),
    ("account_email", "remove"): Change(
        "/accounts/email/", {"action_remove": "", **SECOND}, "e-mail address removed",
        prepare=second_address_of,
    ),
    ("account_change_password", ""): Change(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
        "password changed", is_asked=False, ends_others=True,
    ),
    ("mfa_activate_totp", ""): Change("/accounts/2fa/totp/activate/", {}, "second factor added"),
    ("mfa_deactivate_totp", ""): Change(
        "/accounts/2fa/totp/deactivate/", {}, "second factor removed", prepare=app_of
    ),
    ("mfa_generate_recovery_codes", ""): Change(
        "/accounts/2fa/recovery-codes/generate/", {}, "recovery codes made", prepare=app_of
    ),
    ("mfa_remove_webauthn", ""): Change(
        "/accounts/2fa/webauthn/keys/{}/remove/", {}, "second factor removed", prepare=passkey_of
    ),
    ("account_sessions", ""): Change(
        "/accounts/sessions/", {"others": "1"}, "sessions ended", mailed=False, ends_others=True,
        prepare=other_session_of,
    ),
    ("socialaccount_connections", ""): Change(
        "/accounts/3rdparty/", {"account": "{}"}, "sign-in service removed", prepare=service_of
    ),
}  # fmt: skip
# These ask first as well; what they do has tests of its own.
ASKED_ONLY = {
    "delete_account": "/account/delete/",
    "account_set_password": "/accounts/password/set/",
    # The name of a passkey opens nothing.
    "mfa_edit_webauthn": "/accounts/2fa/webauthn/keys/{}/edit/",
}


def changes_nothing(name: str) -> bool:
    """True for a page that takes no form."""
    posted = ACCOUNT_ROUTES[name][1] if name in ACCOUNT_ROUTES else OWN_POSTS.get(name, {})
    former = name.startswith("accounts/social/")
    return former or set(posted.values()) <= {404, 405, "login"}


def test_every_form_is_declared() -> None:
    own = {"api_key_new", "api_key", "export", "delete_account"}
    forms = {name for name in ACCOUNT_ROUTES if not changes_nothing(name)} | own
    declared = {name for name, _what in CHANGES} | set(ASKED_ONLY)
    assert forms - {"account_confirm_email"} <= (
        declared | PROOFS | NEW_ACCOUNTS | BY_LINK | BY_BROWSER
    )
    assert not {name for name in own if name not in declared}


@pytest.fixture(params=CHANGES, ids=lambda each: "-".join(filter(None, each)))
def change(request: pytest.FixtureRequest, settings: LazySettings) -> Change:
    """Each form, on a site that sends mail."""
    settings.ACCOUNT_EMAIL_NOTIFICATIONS = True
    return CHANGES[request.param]


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.get("/account/")
    return client


def sent(change: Change, client: Client, number: object) -> Any:
    """The answer to the form about the thing with this number."""
    fields = {
        name: each.format(number) if isinstance(each, str) else each
        for name, each in change.fields.items()
    }
    if change.path.endswith("/totp/activate/"):
        fields = {"code": code_for(client.get(change.path))}
    mail.outbox.clear()
    return client.post(change.path.format(number), fields)


def events(change: Change) -> int:
    return AuditEntry.objects.filter(is_security_event=True, action=change.event).count()


def is_asked(answer: Any) -> bool:
    place = answer.get("Location", "")
    return answer.status_code == 302 and "/reauthenticate/" in place


def test_it_is_asked_for_first(change: Change, people: People) -> None:
    number, client = change.prepare(people.alice), signed_in(people.alice)
    before = events(change)
    answer = sent(change, client, number)
    assert is_asked(answer) is change.is_asked
    if change.is_asked:
        assert (events(change), mail.outbox) == (before, [])


@pytest.mark.parametrize("verb", ["put", "patch", "delete"])
def test_no_other_verb_does_it_unasked(change: Change, people: People, verb: str) -> None:
    number, client = change.prepare(people.alice), signed_in(people.alice)
    answer = getattr(client, verb)(change.path.format(number))
    # The form that asks for the former password shows it again.
    shown = "oldpassword" in change.fields and answer.status_code == 200
    assert is_asked(answer) or shown or answer.status_code in {404, 405}


def test_it_is_recorded_and_told_by_mail(change: Change, people: People) -> None:
    number, client = change.prepare(people.alice), signed_in(people.alice)
    confirm(client, people.alice)
    before = events(change)
    answer = sent(change, client, number)
    assert answer.status_code in {200, 302}, answer.content
    assert events(change) > before
    told = {address for each in mail.outbox for address in each.to}
    assert bool(told) is change.mailed


def test_it_ends_other_sessions_where_it_must(change: Change, people: People) -> None:
    number, client = change.prepare(people.alice), signed_in(people.alice)
    other = signed_in(people.alice)
    confirm(client, people.alice)
    sent(change, client, number)
    assert client.get("/account/").status_code == 200
    assert other.get("/account/").status_code == (302 if change.ends_others else 200)


ABOUT_A_THING = [name for name, each in CHANGES.items() if "{}" in each.path]


@pytest.mark.parametrize("change", ABOUT_A_THING, indirect=True)
def test_a_thing_of_somebody_else_is_not_found(change: Change, people: People) -> None:
    number, client = change.prepare(people.bob), signed_in(people.alice)
    confirm(client, people.alice)
    before = events(change)
    assert sent(change, client, number).status_code == 404
    assert events(change) == before


@pytest.mark.parametrize("name", ["action_primary", "action_remove"])
def test_an_address_of_somebody_else_is_left_alone(people: People, name: str) -> None:
    second_address_of(people.bob)
    client = signed_in(people.alice)
    confirm(client, people.alice)
    client.post("/accounts/email/", {name: "", "email": "second-bob@example.org"})
    kept = EmailAddress.objects.get(email="second-bob@example.org")
    assert (kept.user, kept.primary) == (people.bob, False)


def test_a_service_of_somebody_else_is_left_alone(people: People) -> None:
    number, client = service_of(people.bob), signed_in(people.alice)
    confirm(client, people.alice)
    client.post("/accounts/3rdparty/", {"account": number})
    assert SocialAccount.objects.filter(pk=str(number)).exists()


@pytest.mark.parametrize("path", ASKED_ONLY.values())
def test_the_others_ask_too(people: People, path: str) -> None:
    client = signed_in(people.alice)
    if "password/set" in path:
        people.alice.set_unusable_password()
        people.alice.save()
        client = signed_in(people.alice)
    fields = {"password1": NEW, "password2": NEW, "name": "tablet", "username": "alice"}
    assert is_asked(client.post(path.format(passkey_of(people.alice)), fields))


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/accounts/reauthenticate/", "password"),
        ("/accounts/password/change/", "oldpassword"),
    ],
)
def test_guesses_of_a_stolen_session_are_limited(people: People, path: str, field: str) -> None:
    client = signed_in(people.alice)
    fields = {field: "a guess", "password1": NEW, "password2": NEW}
    statuses = [client.post(path, fields).status_code for _ in range(12)]
    assert (statuses[0], statuses[-1]) == (200, 429)
