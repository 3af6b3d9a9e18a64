"""The pages of a user's API keys: created and shown once, listed, changed, revoked."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices, UnknownKey
from conversations.models import ApiKey, User
from conversations.quotas.amounts import Limit
from tests.clock import Clock
from tests.people import PASSWORD, People, make_model
from tests.signed_in import confirmed

pytestmark = pytest.mark.django_db
NEW = "/account/keys/new/"
FILLED = {"name": "nightly", "endpoints": ["chat", "models"], "which_models": "all"}
SECRET = re.compile(r"pk-parley-[A-Za-z0-9_-]{43}")


def client_of(user: User) -> Client:
    """A browser of the user, who has just entered the password again."""
    return confirmed(user)


def made(user: User, **choices: Any) -> ApiKey:
    """A key of the user's."""
    return api_keys.create(user, KeyChoices(**{"name": "nightly", **choices}))[0]


def test_a_key_is_made_and_shown_this_once(people: People) -> None:
    alice = client_of(people.alice)
    answer = alice.post(NEW, FILLED)
    (secret,) = set(SECRET.findall(answer.content.decode()))
    assert api_keys.authenticated(secret, "").user == people.alice
    assert answer["Cache-Control"] == "private, no-store"
    for address in ("/account/", f"/account/keys/{ApiKey.objects.get().pk}/", NEW):
        assert not SECRET.search(alice.get(address).content.decode())


def test_every_choice_of_the_form_is_stored(people: People) -> None:
    model = make_model("a/model")
    tomorrow = timezone.now().date() + timedelta(days=1)
    choices = {
        "name": " build server ",
        "endpoints": ["chat"],
        "which_models": "some",
        "models": [model.pk],
        "expires_on": tomorrow.isoformat(),
        "addresses": "192.0.2.7\n10.1.2.3/8, 2001:DB8::/32",
        "requests_amount": "100",
        "requests_period": "hour",
        "cost_amount": "2.50",
        "cost_period": "month",
        "answers_at_once": "3",
    }
    client_of(people.alice).post(NEW, choices)
    key = ApiKey.objects.get()
    assert (key.name, key.endpoints, key.all_models) == ("build server", ["chat"], False)
    assert list(key.language_models.all()) == [model]
    end = datetime.combine(tomorrow + timedelta(days=1), datetime.min.time(), UTC)
    assert key.expires_at == end
    assert key.addresses == ["192.0.2.7/32", "10.0.0.0/8", "2001:db8::/32"]
    rules = set(key.rules.values_list("measure", "period", "limit"))
    assert rules == {("requests", "hour", 100), ("cost", "month", 2_500_000)}
    assert key.answers_at_once == 3
    assert "3 answers at once" in client_of(people.alice).get("/account/").content.decode()
    form = client_of(people.alice).get(f"/account/keys/{key.pk}/").context["form"]
    assert form["answers_at_once"].value() == 3


@pytest.mark.parametrize(
    ("zone", "ends"),
    [
        ("UTC", datetime(2026, 9, 6, tzinfo=UTC)),
        ("Asia/Shanghai", datetime(2026, 9, 5, 16, tzinfo=UTC)),
        # The next day has no midnight.
        ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
    ],
)
def test_a_key_works_until_the_local_end_of_its_last_day(
    people: People, clock: Clock, zone: str, ends: datetime
) -> None:
    clock.in_zone(zone)
    clock.set("2026-09-05 22:00")
    alice = client_of(people.alice)
    assert f"the end of this day ({zone})" in alice.get(NEW).content.decode()
    assert alice.post(NEW, {**FILLED, "expires_on": "2026-09-04"}).status_code == 422
    alice.post(NEW, {**FILLED, "expires_on": "2026-09-05"})
    key = ApiKey.objects.get()
    assert key.expires_at == ends
    form = alice.get(f"/account/keys/{key.pk}/").context["form"]
    assert str(form["expires_on"].value()) == "2026-09-05"
    clock.moment = ends - timedelta(seconds=1)
    assert not key.is_expired
    clock.advance(seconds=1)
    assert key.is_expired


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("name", "", "required"),
        ("endpoints", [], "required"),
        ("which_models", "some", "Choose a model, or all of them."),
        ("expires_on", "2020-01-01", "This day is over."),
        ("expires_on", "9999-12-31", "This day is too far away."),
        ("addresses", "example.org", "“example.org” is no address."),
        ("addresses", "\n".join(f"10.0.0.{last}" for last in range(21)), "Enter at most 20"),
        ("tokens_amount", "1.500", "Write a whole number"),
        ("tokens_amount", "many", "Write a number such as"),
        ("answers_at_once", "0", "greater than or equal to 1"),
    ],
)
def test_a_wrong_choice_is_named_and_nothing_is_lost(
    people: People, field: str, value: Any, complaint: str
) -> None:
    choices = {**FILLED, "tokens_period": "day", "requests_amount": "77", field: value}
    answer = client_of(people.alice).post(NEW, choices)
    text = answer.content.decode()
    assert (answer.status_code, ApiKey.objects.count()) == (422, 0)
    assert complaint in text
    assert 'value="77"' in text


def test_a_model_that_is_not_theirs_cannot_be_chosen(people: People) -> None:
    closed = make_model("c/closed")
    closed.audience = "restricted"
    closed.save()
    alice = client_of(people.alice)
    assert "c/closed" not in alice.get(NEW).content.decode()
    choices = {**FILLED, "which_models": "some", "models": [closed.pk]}
    assert alice.post(NEW, choices).status_code == 422


def test_the_list_tells_each_key_and_how_it_is_narrowed(people: People) -> None:
    make_model("a/model")
    made(
        people.alice,
        name="build server",
        models=[make_model("b/only")],
        endpoints=["chat"],
        addresses=["10.0.0.0/8"],
        limits=[Limit("tokens", "day", None, 5_000)],
    )
    made(people.alice, name="old", expires_at=timezone.now())
    revoked = made(people.alice, name="revoked one")
    api_keys.revoke(revoked)
    made(people.bob, name="bobs")
    text = client_of(people.alice).get("/account/").content.decode()
    for part in ("build server", "b/only", "10.0.0.0/8", "5,000 tokens a day", "Expired"):
        assert part in text
    # Below it is what was done to the account, with the key that was revoked.
    keys = text.partition('id="activity-heading"')[0]
    assert "revoked one" not in keys
    assert "bobs" not in text


def test_the_list_costs_the_same_for_many_keys(
    people: People, django_assert_max_num_queries: Any
) -> None:
    alice = client_of(people.alice)
    for _ in range(20):
        made(people.alice, limits=[Limit("requests", "day", None, 5)])
    with django_assert_max_num_queries(13):
        alice.get("/account/")


@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai", "America/New_York"])
def test_saving_a_key_as_it_is_changes_nothing_of_it(
    people: People, settings: Settings, zone: str
) -> None:
    key = made(
        people.alice,
        models=[make_model("a/model")],
        endpoints=["models"],
        addresses=["10.0.0.0/8"],
        expires_at=datetime(2100, 1, 2, tzinfo=UTC),
        limits=[Limit("cost", "month", None, 2_500_000)],
    )
    settings.TIME_ZONE = zone
    alice, address = client_of(people.alice), f"/account/keys/{key.pk}/"
    form = alice.get(address).context["form"]
    filled = {each.html_name: value for each in form if (value := each.value()) is not None}
    assert alice.post(address, filled).status_code == 302
    kept = ("name", "all_models", "endpoints", "addresses", "expires_at")
    after = ApiKey.objects.get()
    assert [getattr(after, name) for name in kept] == [getattr(key, name) for name in kept]
    assert [each.limit for each in after.rules.all()] == [2_500_000]
    assert "“nightly” is changed." in alice.get("/account/").content.decode()


def test_a_key_is_revoked_at_once(people: People) -> None:
    alice = client_of(people.alice)
    (secret,) = set(SECRET.findall(alice.post(NEW, FILLED).content.decode()))
    address = f"/account/keys/{ApiKey.objects.get().pk}/"
    page = alice.post(address, {"revoke": "1"}, follow=True).content.decode()
    assert "“nightly” is revoked." in page
    with pytest.raises(UnknownKey):
        api_keys.authenticated(secret, "")
    assert alice.get(address).status_code == 404


def test_words_about_signing_in_do_not_stand_among_the_keys(people: People) -> None:
    client = Client()
    client.post("/accounts/login/", {"login": "alice", "password": PASSWORD})
    text = client.get("/account/").content.decode()
    assert "API keys" in text
    assert "uccessfully signed in" not in text


def test_nobody_else_changes_or_revokes_a_key(people: People) -> None:
    key = made(people.alice)
    for somebody in (people.bob, people.dana):
        client = client_of(somebody)
        for sent in ({"revoke": "1"}, {**FILLED, "name": "mine"}):
            assert client.post(f"/account/keys/{key.pk}/", sent).status_code == 404
    key.refresh_from_db()
    assert (key.name, key.revoked_at) == ("nightly", None)


def test_the_fifty_first_key_is_refused_with_advice(people: People) -> None:
    for _ in range(50):
        made(people.alice)
    answer = client_of(people.alice).post(NEW, FILLED)
    assert "Revoke one that you no longer use." in answer.content.decode()


def test_the_page_names_the_models_that_store_api_content(people: People) -> None:
    make_model("a/private")
    alice = client_of(people.alice)
    assert "This site stores" not in alice.get("/account/").content.decode()
    kept = make_model("b/kept")
    kept.keeps_api_content = True
    kept.save()
    text = alice.get("/account/").content.decode()
    assert "<strong>b/kept</strong>" in text.partition("This site stores")[2]


def test_without_a_model_there_are_no_examples(people: People) -> None:
    alice = client_of(people.alice)
    assert "A first request" not in alice.get("/account/").content.decode()
    make_model("a/model")
    text = alice.get("/account/").content.decode()
    assert text.count("a/model") == 4
    assert "PARLEY_API_KEY" in text
