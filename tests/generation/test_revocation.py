"""A permission that is revoked ends running answers and open pages within five seconds."""

import asyncio
import time
from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.database.threads import in_thread
from conversations.generation import revocation
from conversations.generation.runner import runner
from conversations.models import (
    DELETED_NAME,
    ApiKey,
    Generation,
    Hold,
    LanguageModel,
    LedgerEntry,
    Provider,
    User,
)
from conversations.socket.page import Page
from conversations.socket.rechecks import rechecks
from tests.admin.administrator import USERS, Administrator
from tests.people import PASSWORD, People
from tests.playing import Stage, play

pytestmark = pytest.mark.django_db(transaction=True)
AT_MOST_SECONDS = 5.0
# The site's own periods are tried with one running answer and one page; the others need not wait.
SOON_SECONDS = 0.1


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the site look for revoked permissions all the time."""
    monkeypatch.setattr("conversations.generation.runner.REVOCATION_POLL_SECONDS", SOON_SECONDS)
    monkeypatch.setattr("conversations.socket.rechecks.RECHECK_SECONDS", SOON_SECONDS)


def _deactivate() -> None:
    User.objects.filter(username="alice").update(is_active=False)


def _close_model() -> None:
    LanguageModel.objects.update(audience=LanguageModel.Audience.RESTRICTED)


def _disable_provider() -> None:
    Provider.objects.update(enabled=False)


TAKEN_AWAY = {
    "deactivated": _deactivate,
    "model_taken_away": _close_model,
    "model_taken_away by its provider": _disable_provider,
}


def test_a_running_answer_ends_within_five_seconds() -> None:
    check_a_running_answer_ends("deactivated")


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("code", TAKEN_AWAY)
def test_a_running_answer_ends_with_the_reason(code: str) -> None:
    check_a_running_answer_ends(code)


def check_a_running_answer_ends(code: str) -> None:
    async def work(stage: Stage) -> tuple[Generation, str, float]:
        turn = await stage.send("tokens=2000 rate=20", await stage.model("good"))
        await stage.upstream.until(lambda: bool(stage.upstream.calls))
        await in_thread(TAKEN_AWAY[code])
        started = time.monotonic()
        generation, message = await stage.ended(turn)
        return generation, message.content, time.monotonic() - started

    generation, content, seconds = play(work)
    assert seconds < AT_MOST_SECONDS
    assert (generation.status, generation.error_code) == ("stopped", code.split(maxsplit=1)[0])
    assert generation.error_message[-1] == "."
    assert content == "" or content.startswith("<gen:")


@pytest.mark.parametrize("page", ["the person's", "the list"])
def test_deleting_a_user_ends_and_settles_their_running_answers(page: str) -> None:
    def delete(alice: User) -> None:
        administrator = Administrator(User.objects.get(username="dana"))
        if page == "the list":
            chosen = {"action": "delete_selected", "_selected_action": alice.pk, "post": "yes"}
            administrator.client.post(USERS, chosen)
        else:
            administrator.client.post(f"{USERS}{alice.pk}/delete/", {"post": "yes"})
        assert not User.objects.filter(pk=alice.pk).exists()

    async def work(stage: Stage) -> None:
        turn = await stage.send("tokens=2000 rate=20", await stage.model("good"))
        async for batch in runner().tails.follow(turn.generation.pk, 0):
            if batch.payloads:
                break
        await in_thread(delete, stage.alice)
        await stage.upstream.until(lambda: not stage.upstream.open_connections)

    play(work)
    entry = LedgerEntry.objects.get()
    assert (entry.username, entry.completion_tokens > 0) == (DELETED_NAME, True)
    assert not Hold.objects.exists()


def _revoke() -> None:
    api_keys.revoke(ApiKey.objects.get())


def _expire() -> None:
    ApiKey.objects.update(expires_at=timezone.now())


def _narrow_to_no_model() -> None:
    api_keys.change(ApiKey.objects.get(), KeyChoices("nightly", models=[]))


def _narrow_to_lists() -> None:
    api_keys.change(ApiKey.objects.get(), KeyChoices("nightly", endpoints=["models"]))


OF_KEYS = {
    "key_revoked": _revoke,
    "key_expired": _expire,
    "key_narrowed": _narrow_to_no_model,
    "key_narrowed to lists": _narrow_to_lists,
}


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("code", OF_KEYS)
def test_an_api_run_ends_when_its_key_does(code: str) -> None:
    async def work(stage: Stage) -> tuple[str, str]:
        asked = await stage.send("tokens=2000 rate=20", await stage.model("good"))
        beside = await stage.send("tokens=2000 rate=20", "good")
        await in_thread(_make_it_an_api_run, asked.generation, stage.alice)
        assert await in_thread(revocation.revoked) == {}
        await in_thread(OF_KEYS[code])
        generation, _message = await stage.ended(asked)
        assert list(await in_thread(Generation.objects.running)) == [beside.generation]
        return generation.status, generation.error_code

    assert play(work) == ("stopped", code.split(maxsplit=1)[0])


def _make_it_an_api_run(generation: Generation, alice: User) -> None:
    key, _secret = api_keys.create(alice, KeyChoices("nightly"))
    Generation.objects.filter(pk=generation.pk).update(api_key=key)


def test_an_answer_that_is_allowed_goes_on() -> None:
    async def work(stage: Stage) -> dict[object, object]:
        await stage.send("tokens=2000 rate=20", await stage.model("good"))
        return await in_thread(revocation.revoked)

    assert play(work) == {}


def _sign_out(client: Client, alice: User) -> None:
    client.logout()


def _change_password(client: Client, alice: User) -> None:
    alice.set_password("another quiet afternoon")
    alice.save()


def _deactivate_person(client: Client, alice: User) -> None:
    _deactivate()


def test_an_open_page_is_closed_within_five_seconds(people: People) -> None:
    check_an_open_page_is_closed(people, _deactivate_person)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("take_away", [_sign_out, _change_password])
def test_an_open_page_is_closed(people: People, take_away: Callable[[Client, User], None]) -> None:
    check_an_open_page_is_closed(people, take_away)


def check_an_open_page_is_closed(people: People, take_away: Callable[[Client, User], None]) -> None:
    client = Client()
    assert client.login(username="alice", password=PASSWORD)
    key = client.session.session_key
    assert revocation.signed_in(people.alice.pk, key) == people.alice
    by_them = partial(take_away, client, people.alice)
    seconds, code = asyncio.run(_closed(people.alice, key, by_them))
    assert code == 4401
    assert seconds < AT_MOST_SECONDS


async def _closed(user: User, key: str, take_away: Callable[[], None]) -> tuple[float, int]:
    closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def send(text: str) -> None:
        """Ignore the frame."""

    async def close(code: int) -> None:
        closing.set_result(code)

    page = Page(user, key, send, close)
    rechecks().watch(page)
    try:
        await in_thread(take_away)
        started = time.monotonic()
        # Without this bound a page that is never closed would hang the test.
        async with asyncio.timeout(AT_MOST_SECONDS):
            code = await closing
        return time.monotonic() - started, code
    finally:
        rechecks().forget(page)
        page.leave()
