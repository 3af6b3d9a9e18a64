"""The visits of a turn to threads: each costs the loop two switches of Python's lock."""

import json
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

import pytest

from conversations.chat.actions import stored
from conversations.database import threads
from conversations.generation import lifecycle, revocation, stops
from conversations.socket import looking
from conversations.socket.reading import read_update
from tests.bench.browser import Tab
from tests.socket.room import MODEL, Room
from tests.upstreams.scripted import ScriptedUpstream

pytestmark = pytest.mark.django_db(transaction=True)
# Commits have a thread of their own, which they visit at each beat.
OF_A_TURN = [stored, read_update, lifecycle.finish, read_update]
# They come whether anybody asks or not.
BY_THE_CLOCK = [stops.requested_stops, revocation.revoked, lifecycle.note_progress, looking.look]


def test_a_turn_visits_a_thread_four_times(
    room: Room, upstream: ScriptedUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    visits: list[Callable[..., Any]] = []
    submit = threads._pool.submit

    def counted(run: Callable[..., Any], call: partial[Any]) -> Future[Any]:
        visits.append(call.args[0])
        return submit(run, call)

    async def turns(tab: Tab) -> None:
        await _turn(tab, upstream)
        monkeypatch.setattr(threads._pool, "submit", counted)
        await _turn(tab, upstream)

    room.with_tab(turns)
    assert [each for each in visits if each not in BY_THE_CLOCK] == OF_A_TURN


async def _turn(tab: Tab, upstream: ScriptedUpstream) -> None:
    """Send a message; let it be answered once the page knows that it is, and wait for the end."""
    answering: list[bool] = []

    def note(text: str, at: float) -> None:
        frame = json.loads(text)
        if frame["type"] == "conversations.answering":
            answering.append(bool(frame["conversation_ids"]))

    tab.on_text = note
    await tab.send("tokens=3 gate=g", MODEL)
    await tab.until(lambda: answering == [True])
    upstream.open("g", 3)
    await tab.until(lambda: answering == [True, False])
