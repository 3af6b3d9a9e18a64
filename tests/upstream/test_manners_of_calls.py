"""Tool calls are the same in every manner of sending their pieces."""

import json
from dataclasses import dataclass
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from conversations.upstream.decoder import StreamDecoder
from tests.upstream.asking import Received
from tests.upstreams.recorded import called, ended

NAMES = ("f", "g", "get_time", "get_weather")
ARGUMENTS = st.dictionaries(
    st.sampled_from(["x", "code", "}"]),
    st.integers() | st.text(st.sampled_from('ab"\\{}[]:,é😀 \n'), max_size=8) | st.just({"a": {}}),
    max_size=3,
)


@dataclass(frozen=True)
class Manner:
    """The content of the pieces of a server."""

    index: str
    id: str
    name: str
    is_mixed: bool
    is_repeated: bool

    @property
    def tells_apart(self) -> bool:
        """True if pieces of two calls may come in turns."""
        return self.id == "each" or self.index in {"right", "text"}


MANNERS = st.builds(
    Manner,
    index=st.sampled_from(["right", "text", "zero", "none", "null"]),
    id=st.sampled_from(["first", "each", "late", "none"]),
    name=st.sampled_from(["first", "each"]),
    is_mixed=st.booleans(),
    is_repeated=st.booleans(),
)
Call = tuple[str, str]


@st.composite
def calls(draw: Any) -> list[tuple[str, list[str]]]:
    """Draw calls: a name, and the arguments in pieces, of which the first may be empty."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        text = json.dumps(draw(ARGUMENTS), ensure_ascii=draw(st.booleans()))
        cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=3)))
        bounds = list(zip([0, *cuts], [*cuts, len(text)], strict=True))
        made.append((draw(st.sampled_from(NAMES)), [text[a:b] for a, b in bounds]))
    return made


def pieces_of(number: int, name: str, parts: list[str], manner: Manner) -> list[dict[str, Any]]:
    return [
        piece(number, name, part, manner, position=position) for position, part in enumerate(parts)
    ]


def piece(number: int, name: str, part: str, manner: Manner, position: int) -> dict[str, Any]:
    indexes = {"right": number, "text": str(number), "zero": 0, "null": None}
    has_id = manner.id == "each" or {"first": 0, "late": 1}.get(manner.id) == position
    function = {"arguments": part}
    if position == 0 or manner.name == "each":
        function["name"] = name
    return {
        **({} if manner.index == "none" else {"index": indexes[manner.index]}),
        **({"id": f"call-{number}"} if has_id else {}),
        "function": function,
    }


def in_turns(lists: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    longest = max(map(len, lists))
    return [each[place] for place in range(longest) for each in lists if place < len(each)]


@settings(max_examples=150, deadline=None)
@given(calls(), MANNERS)
def test_calls_are_the_same_in_every_manner(
    made: list[tuple[str, list[str]]], manner: Manner
) -> None:
    names = [name for name, _ in made]
    # Without ids, and with no index of its own, only its name tells a call from the one before.
    assume(len(set(names)) == len(names) or manner.id in {"first", "each"})
    lists = [pieces_of(number, *call, manner) for number, call in enumerate(made)]
    mixed = manner.is_mixed and manner.tells_apart
    sent = in_turns(lists) if mixed else [each for pieces in lists for each in pieces]
    events = [called(each) for each in sent]
    wholes = [(name, "".join(parts)) for name, parts in made]
    if manner.is_repeated and manner.id != "none":
        again = [piece(number, *call, manner, 0) for number, call in enumerate(wholes)]
        ids = ({"id": f"call-{number}"} for number in range(len(again)))
        events.append(called(*({**each, **key} for each, key in zip(again, ids, strict=True))))
    assert read(events) == wholes


def read(events: list[bytes]) -> list[Call]:
    decoder = StreamDecoder(functions=frozenset(NAMES))
    for event in [*events, ended("tool_calls")]:
        decoder.feed(event)
    decoder.end()
    assert decoder.failure is None
    received = Received()
    for chunk in decoder.chunks:
        received.take(chunk)
    ids = [call_id for call_id, _, _ in received.calls]
    assert len(set(ids)) == len(ids)
    return [(name or "", arguments) for _, name, arguments in received.calls]
