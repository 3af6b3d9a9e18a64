"""Tests the fold with the same vectors as its twin, static/js/state/transcript.js."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.transcript import (
    Delta,
    Event,
    Finished,
    Notice,
    TokenCounts,
    ToolCallPiece,
    Transcript,
    UsageReported,
    Waiting,
    apply,
    decode,
    encode,
    fold,
    join,
)

VECTORS = json.loads((Path(__file__).parent / "transcripts.json").read_text())

texts = st.text(max_size=5)
times = st.integers(0, 10_000)
choices = st.integers(0, 2)
pieces = st.builds(
    ToolCallPiece, index=st.integers(0, 2), id=texts, name=texts, arguments=texts.filter(bool)
)
counts = st.builds(TokenCounts, *[st.integers(0, 99)] * 3)
running_events = st.one_of(
    st.builds(Delta, choice=choices, at_ms=times, content=texts.filter(bool)),
    st.builds(Delta, choice=choices, at_ms=times, reasoning_content=texts.filter(bool)),
    st.builds(Delta, choice=choices, at_ms=times, tool_calls=st.tuples(pieces)),
    st.builds(UsageReported, counts),
    st.builds(Notice, code=texts, message=texts),
    st.builds(Waiting, place=st.integers(0, 3)),
)
logs = st.builds(
    lambda running, last: [*running, last],
    st.lists(running_events, max_size=30),
    st.builds(Finished, cause=st.just("completed"), usage=st.none() | counts),
)


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_the_fold_of_a_vector_is_its_transcript(vector: dict[str, Any]) -> None:
    events = [decode(json.dumps(event)) for event in vector["events"]]

    transcript = fold(events, started(vector["start"]))

    assert as_vector(transcript) == vector["transcript"]


@given(logs)
def test_a_log_that_was_stored_folds_to_the_same_transcript(log: list[Event]) -> None:
    assert fold(decode(encode(event)) for event in log) == fold(log)


@given(logs, st.data())
def test_the_fold_up_to_any_event_goes_on_to_the_same_transcript(
    log: list[Event], data: st.DataObject
) -> None:
    seq = data.draw(st.integers(0, len(log)))
    transcript = fold(log[:seq])
    for event in log[seq:]:
        transcript = apply(transcript, event)

    assert transcript == fold(log)


@given(logs)
def test_joined_events_say_the_same(log: list[Event]) -> None:
    assert said(fold(join(log))) == said(fold(log))


def said(transcript: Transcript) -> dict[str, Any]:
    """Return all fields but the start of the reasoning: a joined delta has the last part's time."""
    vector = as_vector(transcript)
    for choice in vector["choices"].values():
        del choice["reasoning_from_ms"]
    return vector


def started(start: dict[str, Any] | None) -> Transcript | None:
    if start is None:
        return None
    choices = {
        number: choice | {"tool_calls": [from_wire(call) for call in choice["tool_calls"]]}
        for number, choice in start["choices"].items()
    }
    return msgspec.convert(start | {"choices": choices}, Transcript, strict=False)


def from_wire(call: dict[str, Any]) -> dict[str, str]:
    return {"id": call["id"], **call["function"]}


def as_vector(transcript: Transcript) -> dict[str, Any]:
    vector = json.loads(msgspec.json.encode(transcript))
    for number, choice in transcript.choices.items():
        calls = [call.to_wire() for call in choice.tool_calls]
        vector["choices"][str(number)]["tool_calls"] = calls
    return vector
