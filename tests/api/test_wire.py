"""The contract of a stream and of a whole answer, line by line: upstream.md, section 3.

Chunks of our own types go in; what comes out is read as bytes and as JSON, without any client.
"""

import json
from typing import Any

import msgspec
import pytest

from conversations.api import wire
from conversations.api.errors import ApiError
from conversations.api.formats import DONE, PING, Identity, JsonFormat, StreamFormat
from conversations.upstream import (
    Chunk,
    ChunkChoice,
    Delta,
    ToolCallDelta,
    Usage,
)

IDENTITY = Identity("chatcmpl-7", 1764681242, "Qwen/QwQ-32B")
CHARGED = wire.usage_of((10, 3), None)


def chunk(*choices: ChunkChoice) -> Chunk:
    return Chunk(id="gen-1", model="upstream/name", created=1, choices=choices)


def said(content: str | None = None, *, index: int = 0, **delta: Any) -> Chunk:
    """A chunk with a delta of one choice."""
    return chunk(ChunkChoice(index=index, delta=Delta(content=content, **delta)))


CALL = (ToolCallDelta(index=0, id="c1", name="get_time", arguments='{"zone":'),)
MORE = (ToolCallDelta(index=0, arguments='"UTC"}'),)


def streamed(*chunks: Chunk, n: int = 1, include_usage: bool = False, **reasons: str) -> bytes:
    """A whole stream of these chunks."""
    body_format = StreamFormat(IDENTITY, n, include_usage=include_usage)
    heard = b"".join(body_format.write_chunk(each) for each in chunks)
    return heard + body_format.write_end(
        {int(key[1:]): value for key, value in reasons.items()}, CHARGED
    )


def events(stream: bytes) -> list[dict[str, Any]]:
    """The chunks of a stream, without [DONE]."""
    lines = stream.decode().removesuffix(DONE.decode()).split("\n\n")
    return [json.loads(line.removeprefix("data: ")) for line in lines if line]


def choices(stream: bytes) -> list[dict[str, Any]]:
    return [each["choices"][0] for each in events(stream) if each["choices"]]


def whole(*chunks: Chunk, n: int = 1, **reasons: str) -> dict[str, Any]:
    """The object of these chunks."""
    body_format = JsonFormat(IDENTITY, n)
    assert b"".join(body_format.write_chunk(each) for each in chunks) == b""
    ending = body_format.write_end({int(key[1:]): value for key, value in reasons.items()}, CHARGED)
    made: dict[str, Any] = json.loads(ending)
    return made


# Framing


def test_a_stream_is_data_lines_with_json_and_done_at_the_end() -> None:
    stream = streamed(said("a\nb\u2028c\x85"), said("d"), include_usage=True)
    *lines, done, rest = stream.split(b"\n\n")
    assert (done, rest) == (b"data: [DONE]", b"")
    for line in lines:
        assert line.startswith(b"data: {")
        assert b"\n" not in line
        assert b"\r" not in line


def test_a_sign_of_life_is_a_comment_alone() -> None:
    assert PING == b": ping\n\n"


def test_an_error_is_an_event_with_the_four_keys_and_no_done_follows() -> None:
    body_format = StreamFormat(IDENTITY, 1, include_usage=False)
    ended = body_format.write_error(ApiError(502, "failed", "It failed.", type="api_error"))
    assert events(ended) == [
        {"error": {"message": "It failed.", "type": "api_error", "param": None, "code": "failed"}}
    ]
    assert DONE not in ended


# Chunks


def test_every_chunk_has_its_object_its_choices_and_the_completions_id() -> None:
    for each in events(streamed(said("a"), said(reasoning_content="b"), include_usage=True)):
        assert each["object"] == "chat.completion.chunk"
        assert isinstance(each["choices"], list)
        names = (each["id"], each["created"], each["model"])
        assert names == ("chatcmpl-7", 1764681242, "Qwen/QwQ-32B")


def test_every_choice_has_a_delta_and_says_that_it_has_not_finished() -> None:
    for each in choices(streamed(said("a"), said(tool_calls=CALL))):
        assert isinstance(each["delta"], dict)
        assert each.keys() == {"index", "delta", "logprobs", "finish_reason"}


def test_roles_come_first_in_the_order_of_the_choices_and_once() -> None:
    # llama.cpp often begins with the last choice.
    first, second = (Delta(role="assistant", content=each) for each in ("one", "zero"))
    made = choices(
        streamed(
            chunk(ChunkChoice(index=1, delta=first)),
            chunk(ChunkChoice(index=0, delta=second)),
            said("more", index=1, role="assistant"),
            n=2,
        )
    )
    assert [(each["index"], each["delta"].get("role")) for each in made[:3]] == [
        (0, "assistant"),
        (1, "assistant"),
        (1, None),
    ]
    assert [each["delta"].get("role") for each in made].count("assistant") == 2


def test_nothing_is_written_before_the_first_delta() -> None:
    body_format = StreamFormat(IDENTITY, 1, include_usage=False)
    assert body_format.write_chunk(said(role="assistant")) == b""
    assert body_format.write_chunk(said("a")).count(b"data: ") == 2


def test_a_choice_that_was_not_asked_for_is_left_out() -> None:
    assert {each["index"] for each in choices(streamed(said("a"), said("b", index=3)))} == {0}


def test_a_call_has_id_type_and_name_in_its_first_piece_alone_and_nothing_is_null() -> None:
    pieces = [
        each["delta"]["tool_calls"][0]
        for each in choices(streamed(said(tool_calls=CALL), said(tool_calls=MORE)))
        if "tool_calls" in each["delta"]
    ]
    function = {"name": "get_time", "arguments": '{"zone":'}
    assert pieces == [
        {"index": 0, "id": "c1", "type": "function", "function": function},
        {"index": 0, "function": {"arguments": '"UTC"}'}},
    ]


def test_a_providers_additions_to_a_call_are_passed_on() -> None:
    extra = {"extra_content": {"google": {"thought_signature": "xyz"}}}
    call = ToolCallDelta(index=0, id="c1", name="f", arguments="{}", extra=extra)
    streamed_call = choices(streamed(said(tool_calls=(call,))))[1]["delta"]["tool_calls"][0]
    whole_call = whole(said(tool_calls=(call,)))["choices"][0]["message"]["tool_calls"][0]
    assert streamed_call["extra_content"] == whole_call["extra_content"] == extra["extra_content"]


def test_reasoning_has_a_field_of_its_own() -> None:
    deltas = [each["delta"] for each in choices(streamed(said(reasoning_content="hm"), said("a")))]
    assert deltas == [
        {"role": "assistant", "content": ""},
        {"reasoning_content": "hm"},
        {"content": "a"},
        {},
    ]


# Usage


def test_usage_is_the_last_chunk_with_no_choices_and_null_on_the_others() -> None:
    *before, last = events(streamed(said("a"), include_usage=True))
    assert (last["choices"], last["usage"]["total_tokens"]) == ([], 13)
    assert [each["usage"] for each in before] == [None] * len(before)


def test_without_being_asked_for_there_is_no_usage_in_a_stream() -> None:
    assert not [each for each in events(streamed(said("a"))) if "usage" in each]


@pytest.mark.parametrize(
    ("counted", "parts"),
    [
        (
            {"cached_tokens": 4, "reasoning_tokens": 2},
            [{"cached_tokens": 4}, {"reasoning_tokens": 2}],
        ),
        ({"cached_tokens": 11, "reasoning_tokens": 4}, [None, None]),
        ({}, [None, None]),
    ],
)  # fmt: skip
def test_details_of_the_usage_are_included_if_they_are_plausible(
    counted: dict[str, int], parts: list[Any]
) -> None:
    usage = Usage(prompt_tokens=10, completion_tokens=3, total_tokens=13, **counted)
    made = msgspec.to_builtins(wire.usage_of((10, 3), usage))
    names = ("prompt_tokens_details", "completion_tokens_details")
    assert [made.get(name) for name in names] == parts


# Ends


@pytest.mark.parametrize("reason", ["stop", "length", "tool_calls", "content_filter"])
def test_each_choice_ends_once_with_its_reason(reason: str) -> None:
    made = choices(streamed(said("a"), said("b", index=1), n=2, c0="stop", c1=reason))
    ends = [(each["index"], each["finish_reason"]) for each in made if each["finish_reason"]]
    assert ends == [(0, "stop"), (1, reason)]
    assert made[-1]["delta"] == {}


def test_a_choice_that_never_says_why_it_ended_has_come_to_its_stop() -> None:
    assert choices(streamed(said("a")))[-1]["finish_reason"] == "stop"
    assert whole(said("a"))["choices"][0]["finish_reason"] == "stop"


# Whole answers


def test_a_whole_answer_fits_strict_schemas() -> None:
    made = whole(said("a"), said("b"), c0="length")
    assert made.keys() == {"id", "created", "model", "object", "choices", "usage"}
    assert made["object"] == "chat.completion"
    (choice,) = made["choices"]
    message = {"role": "assistant", "content": "ab", "refusal": None, "annotations": []}
    assert choice == {"index": 0, "message": message, "finish_reason": "length", "logprobs": None}


def test_calls_of_a_whole_answer_are_put_together_and_its_content_is_null() -> None:
    message = whole(said(tool_calls=CALL), said(tool_calls=MORE))["choices"][0]["message"]
    function = {"name": "get_time", "arguments": '{"zone":"UTC"}'}
    assert message["content"] is None
    assert message["tool_calls"] == [{"id": "c1", "type": "function", "function": function}]


TOKEN = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"content": [TOKEN]}, {"content": [TOKEN], "refusal": None}),
        ({"content": [{**TOKEN, "rank": 1}]}, {"content": [TOKEN], "refusal": None}),
        ({"tokens": "?", "content": "?"}, None),
    ],
)
def test_logprobs_are_passed_on_in_the_published_form_or_not_at_all(
    given: dict[str, Any], expected: Any
) -> None:
    likely = chunk(ChunkChoice(index=0, delta=Delta(content="a"), logprobs=given))
    assert choices(streamed(likely))[1]["logprobs"] == expected
    assert whole(likely)["choices"][0]["logprobs"] == expected
