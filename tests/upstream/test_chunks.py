"""Odd chunks that servers have been seen to send."""

import json
from typing import Any

import pytest

from conversations.upstream import Chunk, ToolCallDelta, Usage
from conversations.upstream.decoder import StreamDecoder


def decode(*events: Any, choices: int = 1) -> StreamDecoder:
    decoder = StreamDecoder(choices=choices)
    for event in events:
        text = event if isinstance(event, str) else json.dumps(event)
        decoder.feed(f"data: {text}\n\n".encode())
    return decoder


def delta(content: Any = None, finish: Any = None, index: int = 0, **more: Any) -> dict[str, Any]:
    choice = {"index": index, "delta": {"content": content, **more}, "finish_reason": finish}
    return {"choices": [choice]}


def text(decoder: StreamDecoder) -> str:
    return "".join(
        choice.delta.content or "" for chunk in decoder.chunks for choice in chunk.choices
    )


def test_usage_replaces_and_is_never_summed() -> None:
    counts = [{"prompt_tokens": 5, "completion_tokens": made} for made in (1, 2, 3)]
    decoder = decode(*({**delta("a"), "usage": counted} for counted in counts), {"usage": None})
    assert decoder.normaliser.usage == Usage(prompt_tokens=5, completion_tokens=3, total_tokens=8)


@pytest.mark.parametrize(
    "usage",
    [
        {"prompt_tokens": -1, "completion_tokens": 1},
        {"prompt_tokens": True, "completion_tokens": 1},
        {"prompt_tokens": "five", "completion_tokens": 1},
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": 10**12, "completion_tokens": 1},
        {"prompt_tokens": 1.5, "completion_tokens": 1},
        {"completion_tokens": 1},
        [],
        "x",
    ],
)
def test_usage_that_cannot_be_true_leaves_the_last_that_could(usage: Any) -> None:
    good = {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6}
    decoder = decode({"choices": [], "usage": good}, {"choices": [], "usage": usage})
    assert decoder.normaliser.usage == Usage(prompt_tokens=5, completion_tokens=1, total_tokens=6)


def test_numbers_that_are_no_json_numbers_spoil_only_their_field() -> None:
    head = '{"choices": [{"index": 0, "delta": {"content": "a"}}], "usage": '
    infinite = head + '{"prompt_tokens": 1e400, "completion_tokens": NaN}}'
    decoder = decode(infinite)
    assert (text(decoder), decoder.normaliser.usage, decoder.failure) == ("a", None, None)


@pytest.mark.parametrize(
    "event",
    [
        {"choices": []},
        {"choices": None, "usage": None},
        {"object": "", "model": ""},
        {"choices": [], "prompt_filter_results": [{}]},
        {"choices": [None, 5]},
    ],
)
def test_a_chunk_that_says_nothing_is_skipped(event: Any) -> None:
    decoder = decode(event, delta("a", "stop"))
    assert (text(decoder), decoder.failure, len(decoder.chunks)) == ("a", None, 1)


NO_CHUNKS = [
    "[]", "null", "true", "5", '"x', '"ping"', "{", "nul", ": keepalive", "[" * 100_000,
    '{"choices": 5}', '{"choices": {"a": 1}}', '{"type": "ping"}', "{}", '{"x": [1]}',
]  # fmt: skip


@pytest.mark.parametrize("event", NO_CHUNKS)
def test_an_event_that_is_no_chunk_ends_nothing_and_is_counted(event: str) -> None:
    decoder = decode(delta("a"), event, delta("b"), event, delta(None, "stop"), "[DONE]")
    assert (text(decoder), decoder.failure) == ("ab", None)
    assert decoder.skipped.startswith("2 events that are no chunks, the first ")


@pytest.mark.parametrize("event", NO_CHUNKS)
def test_a_stream_in_which_nothing_is_a_chunk_fails_and_says_what_it_had(event: str) -> None:
    decoder = decode(event, event, "[DONE]")
    assert decoder.failure is not None
    assert decoder.failure.code == "malformed"
    assert decoder.skipped in decoder.failure.message


def test_content_with_and_after_the_finish_reason_counts() -> None:
    decoder = decode(delta("a", "stop"), delta("b"), "[DONE]")
    assert (text(decoder), decoder.complete) == ("ab", True)


def test_tool_calls_beat_a_stop_that_came_first() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}
    decoder = decode(delta("a", "stop"), delta(None, "tool_calls", tool_calls=[call]))
    assert decoder.normaliser.finish_reasons == {0: "tool_calls"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", "stop"),
        ("eos", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("function_call", "stop"),  # without a call
        ("never_heard_of", "stop"),
    ],
)
def test_a_finish_reason_is_one_of_the_protocol_beside_the_raw_one(raw: str, reason: str) -> None:
    (chunk,) = decode(delta("a", raw)).chunks
    (choice,) = chunk.choices
    assert (choice.finish_reason, choice.raw_finish_reason) == (reason, raw)


@pytest.mark.parametrize(
    ("raw", "code"), [("error", "failed"), ("insufficient_system_resource", "overloaded")]
)
def test_a_finish_reason_that_means_failure_is_one(raw: str, code: str) -> None:
    decoder = decode(delta("a", raw))
    assert decoder.failure is not None
    assert (decoder.failure.code, text(decoder)) == (code, "a")


def test_an_answer_lacks_a_choice_that_was_asked_for_until_done() -> None:
    decoder = decode(delta("a", "stop"), choices=2)
    assert not decoder.complete
    decoder.feed(b"data: [DONE]\n\n")
    assert decoder.complete


def test_an_end_within_one_of_two_choices_is_truncated() -> None:
    decoder = decode(delta("a", "stop"), delta("b", index=1), choices=2)
    decoder.end()
    assert decoder.failure is not None
    assert decoder.failure.code == "truncated"


def test_an_answer_of_tool_calls_alone_is_not_empty() -> None:
    call = {"index": 0, "id": "c", "function": {"name": "f"}}
    decoder = decode(delta(None, "tool_calls", tool_calls=[call]), "[DONE]")
    assert decoder.failure is None


def test_an_answer_cut_by_its_length_may_be_empty() -> None:
    assert decode(delta("", "length"), "[DONE]").failure is None


def test_unknown_keys_of_a_call_are_kept_and_arguments_given_as_an_object_are_text() -> None:
    call = {"id": "c", "function": {"name": "f", "arguments": {"a": 1}}, "extra_content": {"b": 2}}
    (chunk,) = decode(delta(tool_calls=[call])).chunks
    (piece,) = chunk.choices[0].delta.tool_calls
    assert piece == ToolCallDelta(
        index=0, id="c", name="f", arguments='{"a":1}', extra={"extra_content": {"b": 2}}
    )


def test_arguments_wait_for_the_name_of_their_call() -> None:
    pieces = (
        [{"index": 0, "function": {"arguments": "{"}}],
        [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "}"}}],
    )
    chunks: list[Chunk] = list(decode(*(delta(tool_calls=piece) for piece in pieces)).chunks)
    calls = [piece for chunk in chunks for piece in chunk.choices[0].delta.tool_calls]
    assert calls == [ToolCallDelta(index=0, id="c", name="f", arguments="{}")]


def test_indexes_of_calls_have_no_gaps() -> None:
    calls = [
        {"index": index, "id": f"c{index}", "function": {"name": "f", "arguments": '{"a": 1}'}}
        for index in (3, 7)
    ]
    (chunk,) = decode(delta(tool_calls=calls)).chunks
    assert [piece.index for piece in chunk.choices[0].delta.tool_calls] == [0, 1]


def test_a_call_that_never_gets_a_name_takes_no_place_and_splits_no_other() -> None:
    pieces = (
        [
            {"index": 0, "id": "a", "function": {"arguments": ""}},
            {"index": 1, "id": "b", "function": {"name": "g", "arguments": "{"}},
        ],
        [{"index": 1, "function": {"arguments": "}"}}],
    )
    chunks = decode(*(delta(tool_calls=piece) for piece in pieces)).chunks
    calls = [piece for chunk in chunks for piece in chunk.choices[0].delta.tool_calls]
    assert calls == [
        ToolCallDelta(index=0, id="b", name="g", arguments="{"),
        ToolCallDelta(index=0, arguments="}"),
    ]


@pytest.mark.parametrize("calls", [None, 5, "x", [None], [[]], {"index": 0}])
def test_tool_calls_of_a_wrong_type_are_left_out(calls: Any) -> None:
    decoder = decode(delta("a", tool_calls=calls))
    assert (text(decoder), decoder.failure) == ("a", None)
