"""Fixtures of the websocket tests."""

from collections.abc import Iterator

import pytest

from tests.live import LiveSite
from tests.people import make_model, make_people
from tests.socket.room import MODEL, Room
from tests.upstreams.scripted import ScriptedUpstream, scripted_thread


@pytest.fixture
def upstream() -> Iterator[ScriptedUpstream]:
    """The server of the room's model."""
    with scripted_thread() as upstream:
        yield upstream


@pytest.fixture
def room(
    live_site: LiveSite, upstream: ScriptedUpstream, caplog: pytest.LogCaptureFixture
) -> Iterator[Room]:
    make_people()
    make_model(MODEL, base_url=upstream.address)
    room = Room(live_site.url)
    try:
        room.run(room.open())
        yield room
    finally:
        room.close()
    assert [record for record in caplog.records if record.exc_info] == []
