"""Frames that no page would send: each is answered or refused, and none is an error of ours."""

import asyncio
import json
import logging
import os
import random
from typing import Any, get_args

import msgspec
import pytest

from conversations.generation.runner import runner
from conversations.models import User
from conversations.socket import frames, handlers
from conversations.socket.frames import BadFrame
from conversations.socket.page import Page
from tests.people import People
from tests.scene import frame_on, ids_of, make_scene

pytestmark = pytest.mark.django_db(transaction=True)
# `make fuzz` sends many more.
CASES = 5_000 if os.environ.get("HYPOTHESIS_PROFILE") == "fuzz" else 400
ODD: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    1.5,
    10**30,
    -(10**400),
    2**31,
    2**63,
    1e308,
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202e",
    "😀" * 50,
    "é" * 100_001,
    "x" * 100_000,
    "x" * 300_000,
    "NaN",
    "0",
    "1e999",
    "9" * 5_000,
    "٣",
    "²",
    "2026-02-30",
    "{0.__class__}",
    "%(a)s",
    "../x",
    "<script>",
    [],
    {},
    [None],
    {"": None},
    {"a" * 1_000: "b"},
    {"\0": "\0"},
    [[]] * 50,
    ["x"] * 2_000,
    {"temperature": "hot"},
    {"temperature": 10**400},
    {"stop": ["\0"] * 9},
    {"tools": [{}]},
    {"response_format": {"type": "json_schema"}},
    {"extra": {"a": [1, {"b": 2}]}},
    {"seed": 2**70},
    {"logit_bias": {"x": 1e400}},
    {"max_tokens": -(2**63)},
    {"type": "object", "$ref": "#"},
    "00000000-0000-0000-0000-000000000000",
    "00000000000000000000000000000000",
    "urn:uuid:x",
]


class FrameMaker:
    """Makes texts of frames by chance; one seed makes the same ones again."""

    def __init__(self, seed: int, *owners: dict[str, Any]) -> None:
        self._chance = random.Random(seed)
        self._types = get_args(frames.PageFrame)
        self._owners = owners

    def text(self) -> str:
        """A frame in which something is odd, or a text that is no frame."""
        if self._chance.random() < 0.1:
            return self._chance.choice([self._noise(), self._deep(), json.dumps(self._odd())])
        text = json.dumps(self._frame())
        if self._chance.random() < 0.1:
            at = self._chance.randrange(len(text))
            text = (
                text[:at]
                + self._chance.choice(["", "\0", '"', "NaN", "}", "\ud800"])
                + text[at + 1 :]
            )
        return text

    def _frame(self) -> dict[str, Any]:
        ids = self._chance.choice(self._owners)
        frame = msgspec.to_builtins(frame_on(self._chance.choice(self._types), ids))
        for name in self._chance.sample(sorted(frame), self._chance.randrange(0, 3)):
            if self._chance.random() < 0.2:
                del frame[name]
            else:
                frame[name] = self._odd()
        if self._chance.random() < 0.1:
            frame[self._chance.choice(["x", "", "\0", "parameters", "compared"])] = self._odd()
        return dict(frame)

    def _odd(self) -> Any:
        value = self._chance.choice(ODD)
        for _ in range(self._chance.choice([0, 0, 0, 1, 3])):
            value = self._chance.choice([[value], {"a": value}, [value, value]])
        return value

    def _noise(self) -> str:
        letters = '{}[]":,truefalsn0123456789.eE-+\\u \0\ud800é😀'
        return "".join(self._chance.choices(letters, k=self._chance.randrange(200)))

    def _deep(self) -> str:
        depth = self._chance.choice([31, 33, 1_000, 100_000])
        opened = self._chance.choice(["[", '{"a":', '[{"type":'])
        return opened * depth


async def said(user: User, texts: list[str]) -> list[dict[str, Any]]:
    """The frames that a page is sent in answer to these texts."""
    answers: list[dict[str, Any]] = []

    async def send(text: str) -> None:
        answers.append(json.loads(text))

    async def close(code: int) -> None:
        answers.append({"type": "closed", "code": code})

    page = Page(user, "", send, close)
    for text in texts:
        try:
            frame = frames.read(text)
        except BadFrame:
            answers.append({"type": "refused"})
        else:
            await handlers.handle(page, frame)
    page.leave()
    await runner().drain()
    return answers


@pytest.mark.parametrize("seed", [1, 2])
def test_no_frame_makes_an_error_of_the_site(
    people: People, caplog: pytest.LogCaptureFixture, seed: int
) -> None:
    scene = make_scene(people)
    alices = ids_of(scene.turn)
    nobodys = dict.fromkeys(alices, alices["message_id"])
    maker = FrameMaker(seed, alices, nobodys)
    made = [maker.text() for _ in range(CASES)]
    for user in (people.alice, people.charlie):
        answers = asyncio.run(said(user, made))
        assert [each for each in answers if each.get("code") == "internal"] == []
        assert not [each for each in answers if each["type"] == "closed"]
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
