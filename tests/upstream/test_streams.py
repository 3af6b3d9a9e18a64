"""Streams in the notations of many servers, over a real connection."""

import json
from typing import Any

import pytest

from conversations.upstream import (
    SILICONFLOW,
    CompletionStream,
    Usage,
)
from conversations.upstream.decoder import StreamDecoder
from conversations.upstream.transport import RECEIVED
from tests.upstream.asking import Received, receive, receive_script, request, run, tokens, upstream
from tests.upstreams import good, tools


def finish_of(received: Received) -> Any:
    assert received.error is None
    assert received.stream is not None
    return received.stream.finish_reasons, received.stream.complete


@pytest.mark.parametrize(
    "script",
    [
        "good",
        "crlf",
        "cr",
        "bom",
        "comments",
        "no-done",
        "done-unended",
        "no-usage",
        "usage-null",
        "stale",
        "json",
        "blank-lines",
    ],
)
def test_the_text_is_whole_however_it_is_written(script: str) -> None:
    received = receive_script(script)
    assert received.content == tokens(20)
    assert received.roles == [(0, "assistant")]
    assert finish_of(received) == ({0: "stop"}, True)


@pytest.mark.parametrize("script", sorted({*good.SCRIPTS, *tools.SCRIPTS}))
def test_no_good_script_is_an_error(script: str) -> None:
    assert receive_script(script).error is None


def test_siliconflow_reasons_first_repeats_the_role_and_counts_in_every_chunk() -> None:
    received = receive_script("siliconflow", settings={"dialect": SILICONFLOW})
    assert received.reasoning[0] == tokens(5)
    assert received.content == tokens(20).removeprefix(tokens(5))
    assert received.roles == [(0, "assistant")]
    assert received.stream is not None
    assert received.stream.usage == Usage(prompt_tokens=10, completion_tokens=20, total_tokens=30)


@pytest.mark.parametrize("script", ["reasoning", "reasoning-alias"])
def test_reasoning_is_read_under_both_names(script: str) -> None:
    received = receive_script(script)
    assert (received.reasoning[0], received.content) == ("Let me think.", tokens(20))


def test_inline_thinking_is_split_only_when_asked_for() -> None:
    async def ask(**more: Any) -> Received:
        async with upstream() as (_, client):
            return await receive(client, request("think"), **more)

    split, plain = run(ask(inline_thinking="tagged")), run(ask())
    assert (split.reasoning[0], split.content) == ("Let me think.", tokens(20))
    assert plain.content == f"<think>\nLet me think.</think>\n\n{tokens(20)}"


def test_choices_in_any_order_stay_apart() -> None:
    received = receive_script("choices?tokens=3", n=3)
    expected = "{0}<gen:1:0000>{0}<gen:1:0001>{0}<gen:1:0002>"
    assert received.contents == {index: expected.format(index) for index in (2, 1, 0)}
    assert sorted(received.roles) == [(index, "assistant") for index in range(3)]
    assert finish_of(received) == ({0: "stop", 1: "stop", 2: "stop"}, True)


def test_choices_that_are_counted_one_by_one_add_up() -> None:
    received = receive_script("choices-each?tokens=3", n=4)
    assert received.stream is not None
    assert received.stream.usage == Usage(prompt_tokens=10, completion_tokens=12, total_tokens=22)


@pytest.mark.parametrize("script", ["tools", "tools-bare", "tools-index-0", "tools-late"])
def test_tool_calls_are_the_same_in_every_manner(script: str) -> None:
    received = receive_script(script)
    assert [(name, arguments) for _, name, arguments in received.calls] == [
        ("get_weather", '{"city": "Paris"}'),
        ("get_time", "{}"),
    ]
    ids = [call_id for call_id, _, _ in received.calls]
    assert len(set(ids)) == 2
    assert all(ids)
    assert finish_of(received) == ({0: "tool_calls"}, True)


def test_ids_that_servers_give_are_kept() -> None:
    assert [call[0] for call in receive_script("tools").calls] == ["c1", "c2"]


def test_line_separators_stay_and_half_characters_are_joined_or_replaced() -> None:
    assert receive_script("unicode").content == "a\u2028b\u0085c😀 é\ufffd"


def test_an_empty_or_null_finish_reason_is_none_and_the_first_real_one_counts() -> None:
    received = receive_script("finish-quirks")
    assert received.content == "abcd"
    assert finish_of(received) == ({0: "stop"}, True)
    assert received.raw_finish_reasons == {0: "eos"}


@pytest.mark.parametrize("script", ["no-usage", "usage-null", "usage-negative", "usage-absurd"])
def test_usage_that_cannot_be_true_is_none(script: str) -> None:
    received = receive_script(script)
    assert received.stream is not None
    assert received.stream.usage is None


@pytest.mark.parametrize(
    ("script", "code", "kept"),
    [
        ("reset-before-headers", "unreachable", 0),
        ("reset-mid-token", "truncated", 5),
        ("reset-mid-utf8", "truncated", 5),
        ("cut", "truncated", 5),
        ("cut-close-framed", "truncated", 5),
        ("dies", "truncated", 5),
        ("html", "not_a_stream", 0),
        ("html-502", "overloaded", 0),
        ("text", "not_a_stream", 0),
        ("json-error", "overloaded", 0),
        ("malformed", "truncated", 5),
        ("no-finish", "truncated", 20),
        ("error-mid-stream", "failed", 5),
        ("error-flat", "overloaded", 5),
        ("error-vllm", "failed", 5),
        ("done-only", "empty_answer", 0),
        ("empty", "empty_answer", 0),
        ("gzip", "malformed", 0),
        ("redirect", "redirected", 0),
        ("nobody-has-this", "unknown_model", 0),
        ("401", "unauthorised", 0),
        ("403-balance", "out_of_balance", 0),
        ("429", "rate_limited", 0),
        ("429-cut", "rate_limited", 0),
        ("503-cut", "overloaded", 0),
        ("451", "content_policy", 0),
        ("500", "failed", 0),
        ("loading", "overloaded", 0),
        ("context", "context_overflow", 0),
        ("context-llama", "context_overflow", 0),
    ],
)
def test_a_fault_has_its_code_and_the_text_before_it_counts(
    script: str, code: str, kept: int
) -> None:
    received = receive_script(script, settings={"dialect": SILICONFLOW})
    assert received.error is not None
    assert (received.error.code, received.content) == (code, tokens(kept))
    assert "<" not in received.error.message


def test_text_in_the_chunk_of_an_error_counts() -> None:
    received = receive_script("error-in-chunk")
    assert received.content == f"{tokens(5)}last words"
    assert received.error is not None
    assert received.error.message == "Provider disconnected."


def test_a_redirect_names_its_host_and_nothing_more() -> None:
    error = receive_script("redirect").error
    assert error is not None
    assert error.message == "The server redirects to evil.example."


def test_answers_and_errors_carry_the_trace_id() -> None:
    good, bad, late = receive_script("good"), receive_script("500"), receive_script("error-flat")
    assert good.stream is not None
    assert bad.error is not None
    assert late.error is not None
    found = (good.stream.trace_id, bad.error.trace_id, late.error.trace_id)
    assert found == ("trace-1",) * 3


def test_every_field_of_a_whole_answer_is_read() -> None:
    body = {
        "id": "019b",
        "object": "chat.completion",
        "created": 1768899826,
        "model": "Qwen/QwQ-32B",
        "choices": [
            {
                "message": {
                    "role": "assistant",
                    "content": "Hello",
                    "reasoning_content": "Hm.",
                    "tool_calls": [
                        {
                            "id": "c1",
                            "type": "function",
                            "function": {"name": "f", "arguments": "{}"},
                            "extra_content": {"a": 1},
                        }
                    ],
                },
                "finish_reason": "stop",
            }
        ],
        "usage": {
            "prompt_tokens": 15,
            "completion_tokens": 1540,
            "total_tokens": 1555,
            "completion_tokens_details": {"reasoning_tokens": 1190},
            "prompt_tokens_details": {"cached_tokens": 3},
        },
    }
    decoder = StreamDecoder()
    decoder.feed(json.dumps(body).encode())
    decoder.end()
    received = Received()
    chunk = decoder.chunks.popleft()
    received.take(chunk)
    (choice,) = chunk.choices
    assert decoder.failure is None
    assert not decoder.chunks
    assert (chunk.id, chunk.created, chunk.model) == ("019b", 1768899826, "Qwen/QwQ-32B")
    assert (received.roles, received.content, received.reasoning) == (
        [(0, "assistant")],
        "Hello",
        {0: "Hm."},
    )
    assert received.calls == [("c1", "f", "{}")]
    assert received.tool_pieces[0].extra == {"extra_content": {"a": 1}}
    assert (choice.finish_reason, choice.raw_finish_reason) == ("tool_calls", "stop")
    assert decoder.normaliser.usage == Usage(
        prompt_tokens=15,
        completion_tokens=1540,
        total_tokens=1555,
        reasoning_tokens=1190,
        cached_tokens=3,
    )


def test_a_whole_answer_has_each_of_its_choices() -> None:
    received = receive_script("blank-lines?tokens=2", n=2)
    assert received.contents == {0: tokens(2), 1: tokens(2)}
    assert finish_of(received) == ({0: "stop", 1: "stop"}, True)


def test_nothing_is_read_of_a_stream_that_is_paused_and_nothing_of_it_is_lost() -> None:
    async def ask() -> tuple[list[int], str]:
        async with (
            upstream() as (server, client),
            client.stream(request("good?gate=g")) as stream,
        ):
            server.open("g", 3)
            text, sizes = "", []
            while chunks := await stream.read():
                choices = [choice for chunk in chunks for choice in chunk.choices]
                text += "".join(choice.delta.content or "" for choice in choices)
                if text.count("gen:") == 3 and not sizes:
                    stream.pause()
                    sizes.append(read_bytes(stream))
                    server.open("g", 17)
                    await client.models()
                    sizes.append(read_bytes(stream))
                    stream.resume()
            # Of one that has ended there is nothing to pause.
            stream.pause()
            stream.resume()
            return sizes, text

    (before, after), text = run(ask())
    assert before == after
    assert text == tokens(20)


def read_bytes(stream: CompletionStream) -> int:
    """The bytes of the body that were read from the connection."""
    assert stream.response is not None
    size: int = stream.response.extensions[RECEIVED].content.total_bytes
    return size
