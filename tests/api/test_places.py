"""A request of a program that finds no place free waits for one, and is refused with advice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count

import httpx
import openai
import pytest
from django.contrib.auth.models import Group
from pytest_django import Settings

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.api import completions, run_reply, views
from conversations.api import places as places_module
from conversations.models import ApiKey, Generation, GroupPolicy, LedgerEntry, Provider, User
from tests.api.conftest import CERTIFICATES, SECONDS, Gateway, until
from tests.socket.room import Room

_GATES = count()


@contextmanager
def asking(gateway: Gateway) -> Iterator[httpx.Response]:
    """A request whose stream has begun, and waits for the gate of its second token."""
    gate = f"gate{next(_GATES)}"
    gateway.upstream.open(gate, 1)
    headers = {"Authorization": f"Bearer {gateway.secret}"}
    body = gateway.body(words=f"tokens=2 gate={gate}", stream=True)
    address = f"{gateway.url}/chat/completions"
    with httpx.stream(
        "POST", address, json=body, headers=headers, timeout=SECONDS, verify=CERTIFICATES
    ) as response:
        yield response


@contextmanager
def one_place_taken(gateway: Gateway) -> Iterator[None]:
    """The provider has one place, in which an answer waits for its gate."""
    gateway.model("good")
    Provider.objects.update(max_concurrent=1)
    with asking(gateway):
        yield


def in_background(work: Callable[[], httpx.Response]) -> Callable[[], httpx.Response]:
    """Start a request; returns the function that waits for its response."""
    found: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()

    def response() -> httpx.Response:
        thread.join(SECONDS)
        return found[0]

    return response


def test_a_whole_answer_waits_for_the_place_of_another(gateway: Gateway) -> None:
    with one_place_taken(gateway):
        answer = in_background(lambda: gateway.post(gateway.body()))
        until(lambda: list(Generation.objects.running()), 2)
    assert answer().json()["choices"][0]["finish_reason"] == "stop"


def test_one_that_waits_too_long_is_refused_with_advice_that_is_meant(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PLACE_SECONDS", 0.1)
    with one_place_taken(gateway):
        refused = gateway.post(gateway.body())
        streamed = gateway.post(gateway.body(stream=True))
    for response in (refused, streamed):
        assert response.status_code == 429
        assert response.json()["error"]["code"] == "rate_limit_exceeded"
        assert response.headers["x-should-retry"] == "true"
        assert 1 <= int(response.headers["retry-after"]) <= 120
    assert len(gateway.upstream.calls) == 1
    assert sorted(each.tokens for each in gateway.settled(3))[:2] == [0, 0]


# The places of a user and of a key ---------------------------------------------------------------


@contextmanager
def running(gateway: Gateway, number: int) -> Iterator[ExitStack]:
    """Streams of that number that wait for the gate; closing the stack ends them."""
    with ExitStack() as streams:
        for _ in range(number):
            streams.enter_context(asking(gateway))
        yield streams


def is_refused(response: httpx.Response) -> bool:
    """True if a request found no place in time."""
    if response.status_code == 200:
        return False
    assert (response.status_code, response.json()["error"]["code"]) == (429, "rate_limit_exceeded")
    assert response.headers["x-should-retry"] == "true"
    seconds = response.headers["retry-after"]
    assert f"Try again in {seconds} s." in response.json()["error"]["message"]
    return True


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request waits for a place for a tenth of a second."""
    monkeypatch.setattr(views, "PLACE_SECONDS", 0.1)


def of_the_site(_alice: User, settings: Settings) -> None:
    settings.RUNNING_ANSWERS = 2


def of_a_group(alice: User, settings: Settings) -> None:
    settings.RUNNING_ANSWERS = 1
    for name, most in (("slow", 1), ("fast", 2), ("any", None)):
        group = Group.objects.create(name=name)
        GroupPolicy.objects.create(group=group, answers_at_once=most)
        alice.groups.add(group)


def of_the_user(alice: User, settings: Settings) -> None:
    of_a_group(alice, settings)
    GroupPolicy.objects.update(answers_at_once=50)
    User.objects.filter(pk=alice.pk).update(answers_at_once=2)


def of_the_key(alice: User, _settings: Settings) -> None:
    alice.api_keys.update(answers_at_once=2)


@pytest.mark.parametrize("number", [of_the_site, of_a_group, of_the_user, of_the_key])
def test_the_most_specific_number_of_answers_at_once_holds(
    gateway: Gateway, hasty: None, settings: Settings, number: Callable[[User, Settings], None]
) -> None:
    number(gateway.alice, settings)
    with running(gateway, 2):
        assert is_refused(gateway.post(gateway.body()))
    gateway.settled(2)
    assert not is_refused(gateway.post(gateway.body()))


def test_a_request_gets_the_place_of_one_that_ends(gateway: Gateway, settings: Settings) -> None:
    settings.RUNNING_ANSWERS = 1
    with running(gateway, 1) as streams:
        waiting = in_background(lambda: gateway.post(gateway.body()))
        with pytest.raises(openai.NotFoundError):
            # Refused at once for what is wrong with it, not after a wait.
            gateway.openai.chat.completions.create(model="none", messages=[])
        streams.close()
        assert not is_refused(waiting())
    assert [entry.outcome for entry in gateway.settled(2)] == ["stopped", "completed"]


def _revoke(key: ApiKey) -> None:
    api_keys.revoke(key)


def _narrow(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(all_models=False)


def _close_endpoint(key: ApiKey) -> None:
    ApiKey.objects.filter(pk=key.pk).update(endpoints=["models"])


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (_revoke, 401, "invalid_api_key"),
        (_narrow, 404, "model_not_found"),
        (_close_endpoint, 403, "endpoint_not_allowed"),
    ],
)
def test_a_key_that_lost_its_permission_in_the_line_asks_no_model(
    gateway: Gateway,
    settings: Settings,
    change: Callable[[ApiKey], None],
    status: int,
    code: str,
) -> None:
    settings.RUNNING_ANSWERS = 1
    key, secret = api_keys.create(gateway.alice, KeyChoices("waits"))
    headers = {"Authorization": f"Bearer {secret}"}
    with running(gateway, 1) as streams:
        waiting = in_background(lambda: gateway.post(gateway.body(), headers=headers))
        until(lambda: [None] * _waiting(), 1)
        change(key)
        streams.close()
        refused = waiting()
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert len(gateway.upstream.calls) == 1


def test_a_client_that_leaves_the_line_asks_no_model(gateway: Gateway, settings: Settings) -> None:
    settings.RUNNING_ANSWERS = 1
    with running(gateway, 1) as streams:
        with pytest.raises(httpx.ReadTimeout):
            gateway.post(gateway.body(), timeout=0.2)
        last = in_background(lambda: gateway.post(gateway.body()))
        streams.close()
        assert not is_refused(last())
    gateway.settled(2)
    assert len(gateway.upstream.calls) == 2


def test_a_key_with_a_number_of_its_own_leaves_the_other_keys_theirs(
    gateway: Gateway, hasty: None
) -> None:
    gateway.alice.api_keys.update(answers_at_once=1)
    _other, secret = api_keys.create(gateway.alice, KeyChoices("other"))
    with running(gateway, 1):
        assert is_refused(gateway.post(gateway.body()))
        headers = {"Authorization": f"Bearer {secret}"}
        assert not is_refused(gateway.post(gateway.body(), headers=headers))


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream is heard within a twentieth of a second."""
    monkeypatch.setattr(run_reply, "FIRST_SECONDS", 0.05)
    monkeypatch.setattr(run_reply, "PING_SECONDS", 0.05)


def of_the_provider(_settings: Settings) -> None:
    Provider.objects.update(max_concurrent=1)


def of_the_user_s_programs(settings: Settings) -> None:
    settings.RUNNING_ANSWERS = 1


@pytest.mark.parametrize("number", [of_the_provider, of_the_user_s_programs])
def test_a_stream_that_waits_is_told_its_place_and_why_it_ends(
    gateway: Gateway,
    talkative: None,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    number: Callable[[Settings], None],
) -> None:
    monkeypatch.setattr(views, "PLACE_SECONDS", 0.4)
    gateway.model("good")
    number(settings)
    with running(gateway, 1):
        heard = gateway.post(gateway.body(stream=True))
    assert heard.status_code == 200
    comments, _event, end = heard.text.rpartition("data: ")
    assert ": waiting, place 1\n\n" in comments
    assert "Try again in" in end
    assert '"code":"rate_limit_exceeded"' in end


def test_the_keys_of_a_user_take_turns(gateway: Gateway, settings: Settings) -> None:
    settings.RUNNING_ANSWERS = 1
    _other, secret = api_keys.create(gateway.alice, KeyChoices("other"))
    other = {"Authorization": f"Bearer {secret}"}
    with running(gateway, 1) as streams:
        waiting = [in_background(lambda: gateway.post(gateway.body())) for _ in range(3)]
        until(lambda: [None] * _waiting(), 3)
        late = in_background(lambda: gateway.post(gateway.body(), headers=other))
        until(lambda: [None] * _waiting(), 4)
        streams.close()
        assert not any(is_refused(response()) for response in [*waiting, late])
    entries = gateway.settled(5)
    keys = [entry.api_key_name.split(" ")[0] for entry in entries]
    assert keys == ["nightly", "nightly", "other", "nightly", "nightly"]


def _waiting() -> int:
    """The number of requests of Alice's that wait in line."""
    (of_site,) = places_module._places.values()
    return sum(len(list(line._queue)) for line in list(of_site._lines.values()))


def test_programs_never_lock_their_user_out_of_the_page(
    gateway: Gateway, hasty: None, settings: Settings
) -> None:
    settings.RUNNING_ANSWERS = 1
    room = Room(gateway.site)
    room.run(room.open_for_alice())
    try:
        with running(gateway, 1):
            assert is_refused(gateway.post(gateway.body()))
            started = room.with_tab(lambda tab: tab.send("tokens=1 gate=page", "good"))
            # And the page takes no place from the programs.
            gateway.upstream.open("page", 1)
        gateway.settled(2)
        assert started["generation_id"]
        assert LedgerEntry.objects.filter(api_key_name="").get().outcome == "completed"
    finally:
        room.close()


def test_a_place_is_given_back_whatever_becomes_of_its_request(
    gateway: Gateway, hasty: None, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RUNNING_ANSWERS = 1

    def broken(_request: object) -> None:
        raise RuntimeError("broken")

    with monkeypatch.context() as broke:
        broke.setattr(completions, "prepare", broken)
        assert gateway.post(gateway.body()).status_code == 500
    assert gateway.post(gateway.body("401")).status_code == 502
    assert gateway.post(gateway.body(model="none")).status_code == 404
    for _ in range(2):
        assert not is_refused(gateway.post(gateway.body()))
    (of_site,) = places_module._places.values()
    assert of_site._lines == {}
