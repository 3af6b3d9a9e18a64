"""The provider's words are checked; a fault of any kind ends on a page with a sentence."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.conf import LazySettings
from django.contrib.auth import get_user
from django.http import HttpResponse
from django.test import Client

from conversations.models import AuditEntry, User
from tests.people import PASSWORD, People
from tests.views.single_sign_on.bent_provider import OTHER_KEY, BentProvider, bent_provider
from tests.views.single_sign_on.real_provider import settings_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: LazySettings) -> Iterator[BentProvider]:
    with bent_provider() as provider:
        settings.OIDC = settings_for(provider.issuer)
        yield provider


def leave(client: Client, provider: BentProvider, query: str = "") -> dict[str, str]:
    """Begin to sign in; returns what the provider is asked, and gives it the nonce."""
    page = client.post(f"/accounts/oidc/login/{query}")
    address = re.search(r'url=([^"]+)"', page.content.decode())
    assert address, page.content
    asked = parse_qs(urlsplit(address[1].replace("&amp;", "&")).query)
    provider.nonce = asked["nonce"][0]
    return {name: values[0] for name, values in asked.items()}


def come_back(client: Client, provider: BentProvider, **query: str) -> HttpResponse:
    """Leave, and come back with a code."""
    asked = leave(client, provider)
    return client.get(  # type: ignore[return-value]
        "/accounts/oidc/callback/", {"code": "abc", "state": asked["state"], **query}
    )


def is_signed_in(client: Client) -> bool:
    return get_user(client).is_authenticated  # type: ignore[arg-type]


def test_a_straight_provider_signs_in(client: Client, provider: BentProvider) -> None:
    come_back(client, provider)
    assert is_signed_in(client)
    assert SocialAccount.objects.get().uid == "erin"


def test_the_provider_is_asked_with_pkce_and_a_nonce_and_nothing_of_the_address(
    client: Client, provider: BentProvider
) -> None:
    asked = leave(client, provider, "?scope=admin&auth_params=prompt%3Dnone%26nonce%3D1")
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert (asked["code_challenge_method"], "prompt" in asked) == ("S256", False)
    assert len(asked["nonce"]) > 20


FORGED: dict[str, Callable[[BentProvider], Any]] = {
    "another issuer": lambda it: it.claims.update(iss="https://elsewhere.example"),
    "another client": lambda it: it.claims.update(aud="another"),
    "another client among several": lambda it: it.claims.update(aud=["parley", "b"], azp="b"),
    "several clients and none named": lambda it: it.claims.update(aud=["parley", "b"]),
    "another attempt": lambda it: it.claims.update(nonce="another"),
    "no nonce": lambda it: it.claims.update(nonce=None),
    "nonce of another type": lambda it: it.claims.update(nonce=["x"]),
    "over": lambda it: it.claims.update(exp=int(time.time()) - 300),
    "not begun": lambda it: it.claims.update(iat=int(time.time()) + 300),
    "no end": lambda it: it.claims.update(exp=None),
    "no subject": lambda it: it.claims.update(sub=None),
    "empty subject": lambda it: it.claims.update(sub=""),
    "subject with a zero": lambda it: it.claims.update(sub="er\0in"),
    "long subject": lambda it: it.claims.update(sub="e" * 256),
    "another key": lambda it: setattr(it, "key", OTHER_KEY),
    "unknown key": lambda it: it.headers.update(kid="2"),
    "no signature": lambda it: (setattr(it, "algorithm", "none"), setattr(it, "key", None)),
    "the client's secret as key": lambda it: (
        setattr(it, "algorithm", "HS256"),
        setattr(it, "key", "a secret of the client, which is long enough to be one"),
    ),
    "claims of somebody else": lambda it: it.answers.update(
        {"/userinfo": (200, {"sub": "mallory"})}
    ),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
def test_a_token_that_is_not_for_this_sign_in_is_refused(
    client: Client, provider: BentProvider, forge: Callable[[BentProvider], Any]
) -> None:
    forge(provider)
    page = come_back(client, provider)
    assert page.status_code == 401
    assert "could not be used" in page.content.decode()
    assert not is_signed_in(client)
    assert User.objects.count() == 0
    event = AuditEntry.objects.get(is_security_event=True)
    assert (event.action, event.after["service"]) == ("sign-in failed", "Example")


def test_clocks_may_differ_by_a_minute(client: Client, provider: BentProvider) -> None:
    now = int(time.time())
    provider.claims = {"exp": now - 30, "iat": now + 30}
    come_back(client, provider)
    assert is_signed_in(client)


BROKEN = {
    "away": (503, {}),
    "no JSON": (200, b"<html>"),
    "a list": (200, []),
    "a text": (200, "x"),
    "nothing": (200, {}),
    "not found": (404, {}),
    "too deep": (200, b"[" * 100_000),
}


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("path", ["/token", "/keys", "/userinfo"])
def test_a_broken_answer_is_a_sentence(
    client: Client, provider: BentProvider, path: str, answer: tuple[int, Any]
) -> None:
    provider.answers[path] = answer
    page = come_back(client, provider)
    if (path, answer) == ("/userinfo", BROKEN["nothing"]):
        return
    assert page.status_code == 401
    assert "Not signed in" in page.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize("answer", [*BROKEN.values(), (200, {"issuer": "https://other.example"})])
def test_a_broken_description_is_a_sentence_before_the_user_leaves(
    client: Client, provider: BentProvider, answer: tuple[int, Any]
) -> None:
    provider.answers["/.well-known/openid-configuration"] = answer
    page = client.post("/accounts/oidc/login/")
    assert page.status_code == 401
    assert "Not signed in" in page.content.decode()


def test_a_user_who_is_signed_in_is_led_back_to_the_account(
    client: Client, provider: BentProvider, people: People
) -> None:
    provider.answers["/.well-known/openid-configuration"] = (500, {})
    client.force_login(people.alice)
    page = client.post("/accounts/oidc/login/?process=connect").content.decode()
    assert "This did not work" in page
    assert "Not signed in" not in page
    assert 'href="/account/#sign-in-heading"' in page


def test_a_provider_that_is_away_is_a_sentence(client: Client, settings: LazySettings) -> None:
    settings.OIDC = settings_for("http://127.0.0.1:9")
    page = client.post("/accounts/oidc/login/")
    assert "Example cannot be reached." in page.content.decode()
    assert client.get("/accounts/login/").status_code == 200


def test_an_attempt_of_another_browser_is_refused(client: Client, provider: BentProvider) -> None:
    asked = leave(Client(), provider)
    query = {"code": "abc", "state": asked["state"]}
    assert client.get("/accounts/oidc/callback/", query).status_code == 401
    assert not is_signed_in(client)
    assert "/token" not in provider.asked


def test_an_attempt_is_good_once(client: Client, provider: BentProvider) -> None:
    asked = leave(client, provider)
    query = {"code": "abc", "state": asked["state"]}
    client.get("/accounts/oidc/callback/", query)
    assert Client().get("/accounts/oidc/callback/", query).status_code == 401
    assert client.get("/accounts/oidc/callback/", query).status_code == 401


@pytest.mark.parametrize("query", [{}, {"state": "x"}, {"error": "server_error"}, {"code": "\0"}])
def test_a_made_up_way_back_is_a_sentence(
    client: Client, provider: BentProvider, query: dict[str, str]
) -> None:
    assert client.get("/accounts/oidc/callback/", query).status_code == 401


@pytest.mark.parametrize("code", ["login_required", "temporarily_unavailable", "AADSTS50011"])
def test_a_code_that_the_provider_reports_is_shown(
    client: Client, provider: BentProvider, code: str
) -> None:
    page = come_back(client, provider, error=code).content.decode()
    assert f"Example reports a problem: {code}." in page


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "Call 555 0100 to unlock your account", "x" * 61, "a\nb"]
)
def test_a_link_puts_no_sentence_of_its_own_on_the_page(
    client: Client, provider: BentProvider, text: str
) -> None:
    """Anybody can make one; nobody has to have come from the provider."""
    page = client.get("/accounts/oidc/callback/", {"error": text})
    assert page.status_code == 401
    assert text[:9] not in page.content.decode()
    assert "Begin again." in page.content.decode()


def test_there_is_no_way_in_without_a_provider(client: Client) -> None:
    assert client.post("/accounts/oidc/login/").status_code == 404
    assert client.get("/accounts/oidc/callback/").status_code == 404
    assert "Continue with Ex" not in client.get("/accounts/login/").content.decode()


def test_an_account_of_another_issuer_is_another_account(
    client: Client, provider: BentProvider, people: People
) -> None:
    SocialAccount.objects.create(user=people.alice, provider="https://old.example", uid="erin")
    come_back(client, provider)
    assert get_user(client).username == "user"  # type: ignore[arg-type,union-attr]
    client.login(username="alice", password=PASSWORD)
    assert "https://old.example" in client.get("/accounts/3rdparty/").content.decode()
