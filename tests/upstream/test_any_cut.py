"""The events and the chunks are the same wherever the network cuts a stream."""

import itertools
import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.upstream import Chunk, ServerSentEvent, SSEDecoder, Usage
from conversations.upstream.decoder import StreamDecoder

# A case checks this many cuts of its stream: 420 cases of 25 are 10,500 cut streams.
CUTS = 25

TEXT = st.text(
    st.characters(codec="utf-8") | st.sampled_from("\u2028\u0085\r\n\0 :é😀<>/think"), max_size=12
)
HALVES = st.sampled_from(["\ud83d", "\ude00", "\ud83d\ude00", "x\ud83d"])
ENDS = st.sampled_from(["\n", "\r", "\r\n"])
CALL = st.fixed_dictionaries(
    {"index": st.integers(0, 2)},
    optional={
        "id": st.sampled_from(["a", "b", "", None]),
        "function": st.fixed_dictionaries(
            {}, optional={"name": st.sampled_from(["f", "", None]), "arguments": TEXT}
        ),
    },
)
DELTA = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["assistant", None]),
        "content": TEXT | HALVES | st.none(),
        "reasoning_content": TEXT | st.none(),
        "tool_calls": st.lists(CALL, max_size=2),
    },
)
CHOICE = st.fixed_dictionaries(
    {"index": st.integers(0, 2), "delta": DELTA},
    optional={"finish_reason": st.sampled_from([None, "", "null", "stop", "eos", "tool_calls"])},
)
CHUNK = st.fixed_dictionaries(
    {"choices": st.lists(CHOICE, max_size=3)},
    optional={"id": st.just("x"), "usage": st.none() | st.dictionaries(TEXT, st.integers())},
)


@st.composite
def streams(draw: Any) -> bytes:
    """Draw a whole stream: chunks in every notation, with noise between."""
    parts = [draw(st.sampled_from(["", "\ufeff"]))]
    for chunk in draw(st.lists(CHUNK, min_size=1, max_size=4)):
        end = draw(ENDS)
        indent = draw(st.sampled_from([None, 1]))
        text = json.dumps(
            chunk, ensure_ascii=draw(st.booleans()) or _has_halves(chunk), indent=indent
        )
        space = draw(st.sampled_from(["", " "]))
        noise = draw(st.sampled_from(["", f": ping{end}", f"event: x{end}", f":{end}{end}"]))
        lines = "".join(f"data:{space}{line}{end}" for line in text.split("\n"))
        parts.append(f"{noise}{lines}{end}")
    parts.append(draw(st.sampled_from(["", "data: [DONE]\n\n", "data: [DONE]"])))
    return "".join(parts).encode() + draw(st.sampled_from([b"", b"data: \xff\xe4\n"]))


def _has_halves(chunk: Any) -> bool:
    try:
        json.dumps(chunk, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False


def pieces(data: bytes, places: list[int]) -> list[bytes]:
    bounds = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(bounds)]


def events_of(parts: list[bytes]) -> list[ServerSentEvent]:
    decoder = SSEDecoder()
    return [event for part in parts for event in decoder.feed(part)] + decoder.flush()


def chunks_of(parts: list[bytes]) -> tuple[list[str], str, dict[int, str | None]]:
    decoder = StreamDecoder()
    for part in parts:
        decoder.feed(part)
    decoder.end()
    chunks = [anonymous(chunk) for chunk in decoder.chunks]
    return chunks, repr(decoder.failure), dict(decoder.normaliser.finish_reasons)


def anonymous(chunk: Chunk) -> str:
    """Return the chunk without the random ids of calls."""
    return re.sub(r"call_[0-9a-f]{32}", "call_", repr(chunk))


@pytest.mark.long
@settings(max_examples=420, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    streams(), st.lists(st.lists(st.integers(0, 5000), max_size=6), min_size=CUTS, max_size=CUTS)
)
def test_a_stream_cut_anywhere_gives_the_same_events_and_chunks(
    data: bytes, cuts: list[list[int]]
) -> None:
    events, chunks = events_of([data]), chunks_of([data])
    for places in cuts:
        parts = pieces(data, places)
        assert events_of(parts) == events
        assert chunks_of(parts) == chunks


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(streams())
def test_a_stream_of_single_bytes_gives_the_same_events_and_chunks(data: bytes) -> None:
    parts = [data[place : place + 1] for place in range(len(data))]
    assert events_of(parts) == events_of([data])
    assert chunks_of(parts) == chunks_of([data])


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(streams())
def test_no_chunk_holds_what_a_database_or_socket_refuses(data: bytes) -> None:
    decoder = StreamDecoder()
    decoder.feed(data)
    for chunk in decoder.chunks:
        for choice in chunk.choices:
            said = (choice.delta.content or "") + (choice.delta.reasoning_content or "")
            said.encode()
            assert "\0" not in said


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_make_the_decoder_raise(data: bytes) -> None:
    decoder = StreamDecoder()
    decoder.feed(data)
    decoder.end()
    assert decoder.over


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | HALVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=4,
)
NAMES = st.sampled_from(
    """id model created usage error code message object index delta finish_reason logprobs role
    content reasoning tool_calls function name arguments extra prompt_tokens detail""".split()  # noqa: SIM905
)
ODD = st.recursive(
    JSON,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.dictionaries(NAMES, ODD, max_size=4), max_size=2), ODD, ODD)
def test_no_json_makes_the_decoder_raise_and_every_chunk_can_be_sent_on(
    choices: list[Any], usage: Any, other: Any
) -> None:
    decoder = StreamDecoder()
    for value in ({"choices": choices, "usage": usage}, {"error": other}, other):
        decoder.over = False
        decoder.feed(f"data: {json.dumps(value)}\n\n".encode())
    decoder.end()
    for chunk in decoder.chunks:
        assert b"\\u0000" not in msgspec.json.encode(chunk)


WORDS = st.text("abc {}[]:,\"'.-0123456789", min_size=1, max_size=12)
NOISE = st.lists(JSON.map(json.dumps) | WORDS, max_size=3)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.tuples(NOISE, NOISE, NOISE))
def test_noise_between_chunks_changes_nothing(noise: tuple[list[str], ...]) -> None:
    chunks = [
        {"choices": [{"index": 0, "delta": {"content": "Hello "}}]},
        {"choices": [{"index": 0, "delta": {"content": "you"}, "finish_reason": "stop"}]},
        {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}},
    ]
    sent = [text for lines, chunk in zip(noise, chunks, strict=True) for text in (*lines, chunk)]
    decoder = StreamDecoder()
    for each in sent:
        text = each if isinstance(each, str) else json.dumps(each)
        decoder.feed(f"data: {text}\n\n".encode())
    decoder.feed(b"data: [DONE]\n\n")
    said = [choice.delta.content or "" for chunk in decoder.chunks for choice in chunk.choices]
    assert (decoder.failure, "".join(said)) == (None, "Hello you")
    assert decoder.normaliser.usage == Usage(prompt_tokens=9, completion_tokens=2, total_tokens=11)
