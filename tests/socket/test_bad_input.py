"""Bad input from a page is answered with a clear sentence, and the socket stays open."""

import json
from typing import Any
from uuid import uuid4

import aiohttp
import pytest

from tests.bench.browser import Frame, Refused, Tab
from tests.socket.room import MODEL, Room


async def refusal(tab: Tab, frame: Frame) -> Frame:
    """The error that answers a frame; the socket must still work afterwards."""
    with pytest.raises(Refused) as refused:
        await tab.request(frame)
    await _still_works(tab)
    return refused.value.frame


async def _still_works(tab: Tab) -> None:
    seen = tab.pongs
    await tab.say({"type": "ping"})
    await tab.until(lambda: tab.pongs > seen)
    assert tab.connections == 1


def sending(content: str, **fields: Any) -> Frame:
    turn = {"type": "turn.send", "conversation_id": None, "parent_id": None, "model": MODEL}
    return {**turn, "content": content, "parameters": {}, **fields}


REFUSED: dict[str, tuple[Frame, str, str | None]] = {
    "an empty message": (sending(""), "empty", "content"),
    "a message of white space": (sending(" \n\t "), "empty", "content"),
    "a message of NUL alone": (sending("\0"), "empty", "content"),
    "200,000 characters": (sending("x" * 200_000), "too_long", "content"),
    "200,000 characters of three bytes": (sending("語" * 200_000), "too_long", "content"),
    "a model that is not enabled": (sending("Hi", model="gpt-9"), "unknown_model", "model"),
    "a model named by a lone surrogate": (
        sending("Hi", model="\ud83d"), "unknown_model", "model",
    ),
    "a model named by NUL": (sending("Hi", model="\0"), "unknown_model", "model"),
    "a temperature out of its range": (
        sending("Hi", parameters={"temperature": 9}), "invalid_parameter", "temperature",
    ),
    "parameters 100 levels deep": (
        sending("Hi", parameters=json.loads('{"a":' * 100 + "1" + "}" * 100)), "bad_frame", None,
    ),
    "an unknown conversation": (
        sending("Hi", conversation_id=str(uuid4())), "not_found", None,
    ),
    "an unknown parent": (sending("Hi", parent_id=str(uuid4())), "not_found", None),
    "no content": ({"type": "turn.send"}, "bad_frame", None),
    "a content that is a number": (sending(7), "bad_frame", None),
    "an unknown type": ({"type": "turn.undo"}, "bad_frame", None),
    "an invalid id": (sending("Hi", conversation_id="mine"), "bad_frame", None),
    "a lone surrogate as a type": ({"type": "\ud83d"}, "bad_frame", None),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "code", "field"), REFUSED.values(), ids=REFUSED)
def test_a_bad_frame_is_refused_with_a_sentence(
    room: Room, frame: Frame, code: str, field: str | None
) -> None:
    error = room.with_tab(lambda tab: refusal(tab, dict(frame)))
    assert (error["type"], error["code"], error["field"]) == ("error", code, field)
    assert error["message"].endswith(".")
    assert "Traceback" not in error["message"]


UNREADABLE = {
    "not JSON": "hello",
    "nothing": "",
    "NaN": '{"type": "ping", "at": NaN}',
    "a number of 5,000 digits": '{"type": "ping", "at": %s}' % ("7" * 5000),
    "100,000 levels": "[" * 100_000,
    "600,000 characters": json.dumps({"type": "ping", "padding": "x" * 600_000}),
    "a list": "[]",
    "a lone surrogate as an id": '{"type": "turn.send", "request_id": "\\ud83d"}',
}


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_a_text_that_is_not_a_frame_is_answered_and_the_socket_stays_open(
    room: Room, text: str
) -> None:
    async def work(tab: Tab) -> None:
        errors: list[Frame] = []
        tab.on_text = lambda said, at: errors.append(json.loads(said))
        await tab.say_text(text)
        await tab.until(lambda: any(each["type"] == "error" for each in errors))
        error = next(each for each in errors if each["type"] == "error")
        assert (error["code"], error["message"][-1]) == ("bad_frame", ".")
        await _still_works(tab)

    room.with_tab(work)


STORED = {
    "NUL": ("a\0b", "ab"),
    "a lone surrogate": ("a\ud83db", "a\ufffdb"),
    "a number of 5,000 digits": ("7" * 5000, "7" * 5000),
    "NaN": ("NaN", "NaN"),
    "100 levels": ("[" * 100, "[" * 100),
    "100,000 characters of three bytes": ("語" * 100_000, "語" * 100_000),
}


@pytest.mark.parametrize(("content", "stored"), STORED.values(), ids=STORED)
def test_an_odd_message_is_stored_and_answered(room: Room, content: str, stored: str) -> None:
    async def work(tab: Tab) -> None:
        started = await tab.send(content, MODEL)
        assert started["messages"][0]["content"] == stored
        assert await tab.finished(started["generation_id"]) == "completed"

    room.with_tab(work)


def test_objects_of_other_users_are_not_found_and_never_forbidden(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    async def work() -> None:
        async with Tab(room.alice, "alice") as hers, Tab(room.charlie, "charlie") as his:
            started = await hers.send("tokens=3", MODEL)
            conversation_id, answer = started["conversation"]["id"], started["messages"][1]
            await hers.finished(started["generation_id"])
            for frame in (
                sending("Hi", conversation_id=conversation_id, parent_id=answer["id"]),
                {"type": "turn.regenerate", "message_id": answer["id"]},
                {"type": "turn.continue", "message_id": answer["id"]},
                {"type": "generation.follow", "generation_id": started["generation_id"]},
                {"type": "generation.stop", "generation_id": started["generation_id"]},
                {"type": "conversation.open", "conversation_id": conversation_id},
                {"type": "conversation.delete", "conversation_id": conversation_id},
                {
                    "type": "conversation.rename",
                    "conversation_id": conversation_id,
                    "title": "Mine",
                },
            ):
                assert (await refusal(his, dict(frame)))["code"] == "not_found"
            assert his.text == {}
            assert "What a frame of type ConversationDelete of user" in caplog.text
            with pytest.raises(aiohttp.ClientResponseError) as refused:
                await room.charlie.state(conversation_id)
            assert refused.value.status == 404
            state = await room.alice.state(conversation_id)
            assert [message["role"] for message in state["messages"]] == ["user", "assistant"]

    room.run(work())


def test_a_socket_without_a_session_is_closed_with_4401(room: Room) -> None:
    async def work() -> int | None:
        async with (
            aiohttp.ClientSession() as http,
            http.ws_connect(f"{room.url}/ws/", headers={"Origin": room.url}) as socket,
        ):
            await socket.receive()
            return socket.close_code

    assert room.run(work()) == 4401


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://elsewhere.example"}, {"Origin": "null"}, {}],
    ids=["another site", "null", "none"],
)
def test_a_socket_from_another_origin_is_refused_before_it_opens(
    room: Room, headers: dict[str, str]
) -> None:
    async def work() -> int:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await room.alice.http.ws_connect(f"{room.url}/ws/", headers=headers)
        return refused.value.status

    assert room.run(work()) == 403


@pytest.mark.parametrize("path", ["/", "/ws", "/ws/x", "/nowhere/", "/v1/realtime", "//ws/"])
def test_a_socket_at_another_address_is_refused_without_an_error(room: Room, path: str) -> None:
    async def work() -> int:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await room.alice.http.ws_connect(f"{room.url}{path}", headers={"Origin": room.url})
        return refused.value.status

    assert room.run(work()) == 403


def test_a_page_that_keeps_sending_bad_frames_is_closed(room: Room) -> None:
    async def work(tab: Tab) -> int | None:
        for _ in range(10):
            await tab.say_text("{")
        await tab.until(lambda: tab.connections == 2)
        return tab.close_code

    assert room.with_tab(work) == 4429


def test_a_page_that_sends_too_many_frames_is_closed(room: Room) -> None:
    async def work(tab: Tab) -> int | None:
        for _ in range(100):
            await tab.say({"type": "ping"})
        await tab.until(lambda: tab.connections == 2)
        return tab.close_code

    assert room.with_tab(work) == 1008
