"""Forms that ask for the password again: carried out afterwards, once, and by nobody else."""

import json
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth as recovery_codes
from allauth.socialaccount.internal.flows.login import complete_login
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.conf import LazySettings, settings
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import Client, RequestFactory

from conversations.models import ApiKey, User
from tests.people import PASSWORD, People
from tests.signed_in import confirm, confirmed
from tests.views.single_sign_on.real_provider import settings_for

pytestmark = pytest.mark.django_db
NEW = "/account/keys/new/"
SERVICE = settings_for("https://sign-in.example")
FILLED = {"name": "nightly", "endpoints": ["chat"], "which_models": "all"}


@pytest.fixture
def alice(people: People) -> Client:
    """Alice's browser, in which she signed in with her password just now."""
    client = Client()
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    return client


def place(answer: Any) -> str:
    """The page that a redirect leads to."""
    return str(answer["Location"]).partition("?")[0]


def enter(client: Client, asked: Any, password: str = PASSWORD) -> Any:
    """Enter the password on the page that the redirect ``asked`` leads to."""
    page = client.get(asked["Location"])
    then = page.context["redirect_field_value"]
    return client.post("/accounts/reauthenticate/", {"password": password, "next": then})


def test_the_form_is_carried_out_after_the_password(alice: Client) -> None:
    asked = alice.post(NEW, FILLED)
    assert (asked.status_code, place(asked)) == (302, "/accounts/reauthenticate/")
    assert not ApiKey.objects.exists()
    answered = enter(alice, asked)
    made = alice.get(answered["Location"])
    assert "pk-parley-" in made.content.decode()
    assert list(ApiKey.objects.values_list("name", "endpoints")) == [("nightly", ["chat"])]


def test_it_is_carried_out_once(alice: Client) -> None:
    answered = enter(alice, alice.post(NEW, FILLED))
    alice.get(answered["Location"])
    again = alice.get(answered["Location"])
    assert (again.status_code, ApiKey.objects.count()) == (200, 1)


def test_the_session_gets_another_key(alice: Client) -> None:
    former = alice.session.session_key
    enter(alice, alice.post(NEW, FILLED))
    assert alice.cookies[settings.SESSION_COOKIE_NAME].value == alice.session.session_key != former
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = former
    assert stolen.get("/account/").status_code == 302
    assert alice.get("/account/").status_code == 200


def test_a_wrong_password_carries_out_nothing(alice: Client) -> None:
    asked = alice.post(NEW, FILLED)
    assert enter(alice, asked, "not it").status_code == 200
    then = alice.get(asked["Location"]).context["redirect_field_value"]
    alice.get(then)
    assert not ApiKey.objects.exists()


def test_an_answer_is_good_for_five_minutes(people: People) -> None:
    client = confirmed(people.alice)
    confirm(client, people.alice, seconds_ago=299)
    assert client.post(NEW, FILLED).status_code == 200
    confirm(client, people.alice, seconds_ago=301)
    assert place(client.post(NEW, FILLED)) == "/accounts/reauthenticate/"


def test_the_answer_of_another_user_does_not_count(people: People) -> None:
    client = Client()
    client.force_login(people.bob)
    confirm(client, people.alice)
    assert place(client.post(NEW, FILLED)) == "/accounts/reauthenticate/"


def test_a_form_that_was_left_is_not_sent_with_the_next_one(alice: Client) -> None:
    alice.post(NEW, FILLED)
    enter(alice, alice.post("/accounts/email/", {"action_add": "", "email": "a@example.net"}))
    alice.get(NEW)
    alice.get(NEW, {"resume": "made up"})
    assert not ApiKey.objects.exists()


def test_a_form_with_faults_is_shown_again_and_asks_for_nothing(alice: Client) -> None:
    answer = alice.post(NEW, {**FILLED, "name": ""})
    assert answer.status_code == 422


def test_a_form_waits_encrypted(alice: Client) -> None:
    alice.post(NEW, {**FILLED, "name": "a secret name"})
    stored = json.dumps(dict(alice.session))
    assert "secret" not in stored.replace("interrupted", "")


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/2fa/totp/deactivate/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/webauthn/add/",
    ],
)
def test_a_page_that_was_opened_is_shown_and_not_sent(
    alice: Client, people: People, address: str
) -> None:
    recovery_codes.RecoveryCodes.activate(people.alice)
    Authenticator.objects.create(user=people.alice, type=Authenticator.Type.TOTP, data={})
    before = list(Authenticator.objects.values())
    asked = alice.get(address)
    assert place(asked) == "/accounts/reauthenticate/"
    assert "What you entered before" not in alice.get(asked["Location"]).content.decode()
    page = alice.get(enter(alice, asked)["Location"])
    assert (page.status_code, page.wsgi_request.method) == (200, "GET")
    assert "This field is required" not in page.content.decode()
    assert list(Authenticator.objects.values()) == before


def test_what_was_sent_is_kept_while_another_page_asks(alice: Client) -> None:
    asked = alice.post(NEW, FILLED)
    assert "What you entered before is kept." in alice.get(asked["Location"]).content.decode()
    alice.get("/accounts/2fa/totp/activate/")
    alice.get(enter(alice, asked)["Location"])
    assert ApiKey.objects.count() == 1


def test_what_narrows_or_ends_access_asks_for_nothing(alice: Client, people: People) -> None:
    alice.post(NEW, FILLED)
    confirm(alice, people.alice)
    alice.post(NEW, FILLED)
    confirm(alice, people.alice, seconds_ago=1000)
    answer = alice.post(f"/account/keys/{ApiKey.objects.get().pk}/", {"revoke": "1"})
    assert answer["Location"] == "/account/#api-keys"
    assert not ApiKey.objects.unrevoked().exists()


def test_a_user_without_a_password_enters_a_code(people: People) -> None:
    without_password(people.alice)
    Authenticator.objects.create(user=people.alice, type=Authenticator.Type.TOTP, data={})
    client = Client()
    client.force_login(people.alice)
    assert place(client.post(NEW, FILLED)) == "/accounts/2fa/reauthenticate/"


def test_a_user_of_a_sign_in_service_goes_there_again(
    people: People, settings: LazySettings
) -> None:
    settings.OIDC = SERVICE
    connected = connect(people.alice)
    client = Client()
    client.force_login(people.alice)
    asked = client.post(NEW, FILLED)
    assert place(asked) == "/accounts/reauthenticate/service/"
    page = client.get(asked["Location"]).content.decode()
    assert "Continue with Example" in page
    assert "process=redirect" in page
    assert recognised(client, connected, "redirect") == "/account/"
    assert client.post(NEW, FILLED).status_code == 200


def test_the_account_of_somebody_else_at_the_service_confirms_nothing(
    people: People, settings: LazySettings
) -> None:
    settings.OIDC = SERVICE
    connect(people.alice)
    bobs = connect(people.bob, uid="b-1")
    client = Client()
    client.force_login(people.alice)
    recognised(client, bobs, "redirect")
    assert place(client.post(NEW, FILLED)) == "/accounts/reauthenticate/service/"


def without_password(user: User) -> None:
    """Take the password away, as from an account of a sign-in service."""
    user.set_unusable_password()
    user.save()


def connect(user: User, uid: str = "a-1") -> SocialAccount:
    """Connect an account without a password to a sign-in service."""
    without_password(user)
    return SocialAccount.objects.create(user=user, provider=SERVICE.issuer, uid=uid)


def recognised(client: Client, account: SocialAccount, process: str) -> Any:
    """Come back from the service, which recognised the user of that account."""
    request = RequestFactory().get("/accounts/oidc/callback/")
    request.session, request.user = (
        client.session,
        User.objects.get(pk=client.session["_auth_user_id"]),
    )
    request._messages = FallbackStorage(request)
    login = SocialLogin(account=SocialAccount(provider=account.provider, uid=account.uid))
    login.state = {"process": process, "next": "/account/"}
    answer = complete_login(request, login)
    request.session.save()
    # As the middleware would tell the browser.
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
    return answer["Location"]
