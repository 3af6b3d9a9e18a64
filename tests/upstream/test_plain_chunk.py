"""Chunks of nothing but text are read in a shorter way, with the same result."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.upstream.decoder import StreamDecoder
from conversations.upstream.event_reader import MOST_PLAIN_MISSES
from conversations.upstream.plain_chunk import plain_text
from conversations.upstream.sse import SSEDecoder

HEADER = {"id": "x", "object": "chat.completion.chunk", "created": 1700000000, "model": "m"}
NOTHING = st.sampled_from([None, "", []])
TEXT = st.text(st.characters(codec="utf-8") | st.sampled_from("\0<>/think"), max_size=8)
DELTA = st.fixed_dictionaries(
    {"content": TEXT | st.none() | st.sampled_from(["<think>", "</think>", "\ud83d", "\ude00"])},
    optional={
        "role": st.sampled_from(["assistant", None]),
        "reasoning_content": NOTHING | TEXT,
        "tool_calls": NOTHING,
        "reasoning": TEXT,
        "error": NOTHING,
    },
)
CHOICE = st.fixed_dictionaries(
    {"delta": DELTA},
    optional={
        "index": st.sampled_from([0, 1, None]),
        "finish_reason": st.sampled_from([None, "", "stop", "length"]),
        "logprobs": st.none() | st.just({"content": []}),
        "message": st.none(),
    },
)
CHUNK = st.fixed_dictionaries(
    {"choices": st.lists(CHOICE, min_size=1, max_size=2)},
    optional={
        "usage": st.none() | st.just({"prompt_tokens": 1, "completion_tokens": 2}),
        "system_fingerprint": st.sampled_from([None, "fp"]),
        "done": st.booleans(),
        "error": st.none() | st.just({"message": "out of memory"}),
    },
)
HEADERS = st.sampled_from([HEADER, {}, {"id": "y", "model": "m"}])


@contextmanager
def long_way() -> Iterator[None]:
    """Read everything in the way that all notations are read."""
    with (
        patch("conversations.upstream.event_reader.plain_text", return_value=None),
        patch.object(SSEDecoder, "_plain", return_value=None),
    ):
        yield


def read(events: list[str], thinking: Any) -> tuple[Any, ...]:
    """All that a decoder tells of a stream whose events come one by one, then in one piece."""
    results = []
    for parts in (events, ["".join(events)]):
        decoder = StreamDecoder(inline_thinking=thinking)
        for part in parts:
            decoder.feed(part.encode())
        decoder.end()
        outcome = (repr(decoder.failure), decoder.complete, decoder.skipped, decoder.writes_on)
        normaliser = decoder.normaliser
        seen = (normaliser.finish_reasons, normaliser.usage, decoder.text_bytes)
        results.append((list(decoder.chunks), outcome, seen))
    return tuple(results)


@given(
    st.lists(st.tuples(HEADERS, CHUNK), min_size=1, max_size=8),
    st.sampled_from(["off", "tagged", "opened"]),
    st.sampled_from(
        ["data: {}\n\n", "data:{}\n\n", "data: {}\r\n\r\n", "event: message\ndata: {}\n\n"]
    ),
)
def test_the_result_is_the_same(chunks: list[Any], thinking: str, notation: str) -> None:
    events = [notation.format(json.dumps(header | chunk)) for header, chunk in chunks]
    events.append("data: [DONE]\n\n")
    short = read(events, thinking)
    with long_way():
        assert read(events, thinking) == short


def chunk(text: str = "tea", **more: Any) -> str:
    """A chunk of a text, as JSON."""
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return json.dumps(HEADER | {"choices": [choice]} | more)


def test_a_chunk_of_nothing_but_text_is_plain() -> None:
    assert plain_text(chunk("tea")) == "tea"
    assert plain_text(chunk("tea", usage=None, system_fingerprint="fp")) == "tea"


@pytest.mark.parametrize(
    "other",
    [
        "",
        "[DONE]",
        chunk(""),
        chunk("\ud83d"),
        chunk(usage={"completion_tokens": 1}),
        chunk(error={"message": "out of memory"}),
        chunk().replace('"finish_reason": null', '"finish_reason": "stop"'),
        chunk().replace('"content"', '"reasoning_content"'),
        chunk(choices=[]),
    ],
)
def test_any_other_event_is_not(other: str) -> None:
    assert plain_text(other) is None


def test_no_more_plain_chunks_are_looked_for_in_a_stream_that_has_none() -> None:
    counted = f"data: {chunk(usage={'prompt_tokens': 1, 'completion_tokens': 1})}\n\n"
    with patch("conversations.upstream.event_reader.plain_text", return_value=None) as looked:
        decoder = StreamDecoder()
        decoder.feed((20 * counted).encode())
    assert looked.call_count == MOST_PLAIN_MISSES
    assert len(decoder.chunks) == 20
