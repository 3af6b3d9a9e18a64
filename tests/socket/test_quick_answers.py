"""Answers of a server that responds at once end for a client built to docs/protocol.md."""

from typing import Any

import pytest

from tests.bench.browser import Frame, Tab
from tests.socket.room import MODEL, Room

INSTANT = "tokens=1"


class PlainClient(Tab):
    """A client that knows an answer's end by ``turn.started`` and by ``finished`` alone."""

    async def _receive(self, frame: Frame) -> None:
        if frame["type"] != "conversation.changed":
            await super()._receive(frame)


async def ends(room: Room, turns: int, **fields: Any) -> list[str]:
    """The statuses with which that many turns end, one after the other."""
    statuses: list[str] = []
    async with PlainClient(room.alice, "plain client") as client:
        for _ in range(turns):
            started = await client.send(INSTANT, MODEL, **fields)
            ids = started["generation_ids"]
            statuses += [await client.finished(each, seconds=5) for each in ids]
    return statuses


def test_every_turn_ends_for_a_plain_client(room: Room) -> None:
    assert room.run(ends(room, 20)) == ["completed"] * 20


@pytest.mark.long
@pytest.mark.parametrize("fields", [{}, {"parameters": {"n": 2}}])
def test_every_turn_of_hundreds_ends_for_a_plain_client(room: Room, fields: Any) -> None:
    assert room.run(ends(room, 300, **fields)) == ["completed"] * 300


def test_the_end_of_an_answer_that_ended_before_its_turn_was_told_is_sent_again(
    room: Room,
) -> None:
    async def repeated(tab: Tab) -> tuple[Frame, list[str]]:
        heard: list[str] = []
        started = await tab.send(INSTANT, MODEL)
        await tab.finished(started["generation_id"])
        tab.on_text = lambda text, _at: heard.append(text)
        frame = {"type": "turn.send", "request_id": started["request_id"], "content": INSTANT}
        asked = {"model": MODEL, "conversation_id": None, "parent_id": None, "parameters": {}}
        again = await tab.request(frame | asked)
        await tab.until(lambda: any('"finished"' in text for text in heard))
        return again, [text for text in heard if '"finished"' in text]

    again, (end,) = room.with_tab(repeated)
    assert again["messages"][-1]["generation"]["status"] == "completed"
    assert again["generation_id"] in end
