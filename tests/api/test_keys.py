"""API keys: shown once, stored as a hash, accepted in every header, restricted, revoked."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import RequestFactory
from django.utils import timezone

from conversations import access
from conversations.accounts import api_keys
from conversations.accounts.api_keys import ExpiredKey, KeyChoices, UnknownKey, WrongAddress
from conversations.api import auth
from conversations.api.errors import ApiError
from conversations.models import ApiKey, AuditEntry, User
from conversations.refusal import Refused
from tests.people import People, make_model

pytestmark = pytest.mark.django_db
HERE = "192.0.2.7"


def made(user: User, **choices: Any) -> tuple[ApiKey, str]:
    """A key of the user's and its secret."""
    return api_keys.create(user, KeyChoices(**{"name": "nightly", **choices}))


def soon_and_past(seconds: int) -> Any:
    return timezone.now() + timedelta(seconds=seconds)


# Storage


def test_a_key_has_a_form_for_scanners_and_only_its_hash_is_stored(people: People) -> None:
    key, secret = made(people.alice)
    assert re.fullmatch(r"pk-parley-[A-Za-z0-9_-]{43}", secret)
    kept = [str(value) for value in ApiKey.objects.values().get().values()]
    assert not [value for value in kept if secret[len("pk-parley-") + 4 :] in value]
    assert secret.startswith(key.prefix)
    assert len(key.prefix) == len("pk-parley-") + 4


def test_a_user_may_have_fifty_keys_and_the_next_one_is_refused(people: People) -> None:
    for _ in range(50):
        key, _secret = made(people.alice)
    with pytest.raises(Refused, match="50 API keys"):
        made(people.alice)
    api_keys.revoke(key)
    made(people.alice)


def test_choosing_anew_does_not_bring_back_a_key_that_was_revoked_meanwhile(people: People) -> None:
    key, secret = made(people.alice)
    api_keys.revoke(ApiKey.objects.get())
    api_keys.change(key, KeyChoices("renamed"))
    with pytest.raises(UnknownKey):
        api_keys.authenticated(secret, HERE)


# Authentication


def test_a_key_authenticates_its_user_and_stores_its_last_use(people: People) -> None:
    key, secret = made(people.alice)
    assert api_keys.authenticated(secret, HERE).user == people.alice
    key.refresh_from_db()
    assert key.last_used_at is not None


def test_its_use_is_written_down_once_a_minute(people: People) -> None:
    key, secret = made(people.alice)
    just_now = timezone.now() - timedelta(seconds=50)
    ApiKey.objects.update(last_used_at=just_now)
    api_keys.authenticated(secret, HERE)
    key.refresh_from_db()
    assert key.last_used_at == just_now
    ApiKey.objects.update(last_used_at=just_now - timedelta(seconds=20))
    api_keys.authenticated(secret, HERE)
    key.refresh_from_db()
    assert key.last_used_at > just_now


def test_unknown_revoked_and_deactivated_are_refused_in_the_same_words(people: People) -> None:
    revoked, secret_of_revoked = made(people.alice)
    assert (api_keys.revoke(revoked), api_keys.revoke(revoked)) == (True, False)
    _, secret_of_bob = made(people.bob)
    User.objects.filter(pk=people.bob.pk).update(is_active=False)
    words = set()
    for secret in ("pk-parley-" + "A" * 43, "", secret_of_revoked, secret_of_bob):
        with pytest.raises(UnknownKey) as refused:
            api_keys.authenticated(secret, HERE)
        words.add(refused.value.message)
    assert len(words) == 1


@pytest.mark.parametrize("state", ["good", "unknown", "revoked", "expired"])
def test_every_key_costs_one_look_up(
    people: People, state: str, django_assert_num_queries: Any
) -> None:
    key, secret = made(people.alice)
    ApiKey.objects.update(last_used_at=timezone.now())
    changed = {"revoked": {"revoked_at": timezone.now()}, "expired": {"expires_at": timezone.now()}}
    ApiKey.objects.filter(pk=key.pk).update(**changed.get(state, {"name": "same"}))
    with django_assert_num_queries(1):
        try:
            api_keys.authenticated("wrong" if state == "unknown" else secret, HERE)
        except api_keys.KeyRejected:
            assert state != "good"


def test_an_expired_key_is_refused_with_that_reason(people: People) -> None:
    _, secret = made(people.alice, expires_at=soon_and_past(-1))
    with pytest.raises(ExpiredKey, match="expired"):
        api_keys.authenticated(secret, HERE)
    _, secret = made(people.alice, expires_at=soon_and_past(60))
    api_keys.authenticated(secret, HERE)


@pytest.mark.parametrize(
    ("networks", "address", "is_admitted"),
    [
        (["192.0.2.0/24"], HERE, True),
        (["192.0.2.7/32"], "192.0.2.8", False),
        (["10.0.0.0/8", "192.0.2.0/24"], HERE, True),
        (["192.0.2.0/24"], f"::ffff:{HERE}", True),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], HERE, False),
        (["0.0.0.0/0"], "", False),
        ([], "", True),
    ],
)
def test_a_key_may_be_for_some_addresses(
    people: People, networks: list[str], address: str, is_admitted: bool
) -> None:
    _, secret = made(people.alice, addresses=networks)
    if is_admitted:
        api_keys.authenticated(secret, address)
    else:
        with pytest.raises(WrongAddress):
            api_keys.authenticated(secret, address)


# Models


def test_a_key_may_be_for_some_models_and_never_for_more_than_its_user_has(people: People) -> None:
    first, second, closed = (make_model(name) for name in ("a/first", "b/second", "c/closed"))
    closed.audience = "restricted"
    closed.save()
    everything, _ = made(people.alice)
    narrow, _ = made(people.alice, models=[first, closed])
    assert access.models_for(people.alice, everything) == [first, second]
    assert access.models_for(people.alice, narrow) == [first]
    assert access.model_for(people.alice, "a/first", narrow) == first
    for name in ("b/second", "c/closed"):
        with pytest.raises(access.NotFound):
            access.model_for(people.alice, name, narrow)


def test_a_key_for_a_model_that_is_gone_is_for_none(people: People) -> None:
    gone = make_model("a/gone")
    make_model("b/other")
    narrow, _ = made(people.alice, models=[gone])
    gone.delete()
    assert access.models_for(people.alice, narrow) == []


def test_only_its_user_finds_a_key(people: People) -> None:
    key, _ = made(people.alice)
    assert access.api_key_for(people.alice, key.pk) == key
    for somebody in (people.bob, people.dana):
        with pytest.raises(access.NotFound):
            access.api_key_for(somebody, key.pk)
    api_keys.revoke(key)
    with pytest.raises(access.NotFound):
        access.api_key_for(people.alice, key.pk)


# Headers


def authenticated(headers: dict[str, str], query: str = "") -> ApiKey:
    """The key of a request with these headers."""
    request = RequestFactory().post(f"/v1/chat/completions{query}", headers=headers)
    return auth.authenticate(request)


def refusal(headers: dict[str, str], query: str = "") -> tuple[int, str]:
    """The status and code of the refusal of such a request."""
    with pytest.raises(ApiError) as refused:
        authenticated(headers, query)
    return refused.value.status, refused.value.code


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Authorization", "Bearer {}"),
        ("Authorization", "bearer  {} "),
        ("Authorization", "{}"),
        ("X-Api-Key", "{}"),
        ("Api-Key", "{}"),
    ],
)
def test_a_key_is_taken_from_every_header_that_clients_use(
    people: People, name: str, form: str
) -> None:
    key, secret = made(people.alice)
    assert authenticated({name: form.format(secret)}) == key


def test_the_same_key_twice_is_one_and_two_keys_are_refused(people: People) -> None:
    key, secret = made(people.alice)
    _, other = made(people.alice)
    twice = {"Authorization": f"Bearer {secret}", "X-Api-Key": secret}
    assert authenticated(twice) == key
    assert refusal(twice | {"Api-Key": other}) == (400, "ambiguous_api_key")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "missing_api_key"),
        ({"Authorization": "Bearer "}, "missing_api_key"),
        ({"Authorization": "Basic YWxpY2U6eA=="}, "missing_api_key"),
        ({"Authorization": "Bearer pk-parley-none"}, "invalid_api_key"),
        ({"Authorization": "Bearer pk-\u00e9\u00ff"}, "invalid_api_key"),
    ],
)
def test_an_invalid_key_is_answered_with_401(
    people: People, headers: dict[str, str], code: str
) -> None:
    assert refusal(headers) == (401, code)


@pytest.mark.parametrize("name", ["api_key", "api-key", "key", "access_token", "authorization"])
def test_a_key_in_the_address_never_counts(people: People, name: str) -> None:
    _, secret = made(people.alice)
    assert refusal({}, f"?{name}={secret}") == (401, "missing_api_key")


def test_a_cookie_never_counts(people: People) -> None:
    made(people.alice)
    request = RequestFactory().get("/v1/models")
    request.user = people.alice
    with pytest.raises(ApiError):
        auth.authenticate(request)


def test_a_key_may_be_for_one_endpoint(people: People) -> None:
    key, _ = made(people.alice, endpoints=["models"])
    auth.require(key, ApiKey.Endpoint.MODELS)
    with pytest.raises(ApiError) as refused:
        auth.require(key, ApiKey.Endpoint.CHAT)
    assert (refused.value.status, refused.value.code) == (403, "endpoint_not_allowed")


# On the command line


def test_the_command_prints_the_key_and_nothing_else(
    people: People, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("create_api_key", "alice", name="backup job")
    secret = capsys.readouterr().out
    assert secret.count("\n") == 1
    key = api_keys.authenticated(secret.strip(), HERE)
    assert (key.user, key.name) == (people.alice, "backup job")
    entry = AuditEntry.objects.get()
    assert (entry.actor_name, entry.action) == ("(command line)", "API key made")
    assert secret.strip() not in str(entry.after)


@pytest.mark.parametrize(
    ("username", "name", "complaint"),
    [("nobody", "x", "no user nobody"), ("alice", " ", "--name"), ("gone", "x", "deactivated")],
)
def test_the_command_names_the_fault(
    people: People, username: str, name: str, complaint: str
) -> None:
    User.objects.create_user("gone", is_active=False)
    with pytest.raises(CommandError, match=complaint):
        call_command("create_api_key", username, name=name)
    assert ApiKey.objects.count() == 0
