"""Quirks of real servers behind the gateway: the official package gets the right answer, or the
right class of error with the right advice on a retry. Sources: upstream.md, sections 1.5 and 2."""

import re
from typing import Any

import openai
import pytest

from conversations.models import Provider
from tests.api.conftest import Gateway
from tests.upstreams import faults, good, statuses, tools

GOOD = ("<0><1><2>", "", "stop")
THOUGHT = ("<0><1><2>", "Let me think.", "stop")
CALLED = ("get_weather get_time", "", "tool_calls")
# An error before the first byte has a status; `retry` is the value of x-should-retry.
REFUSED = (openai.BadRequestError, "refused", "false")
OVERLOADED = (openai.InternalServerError, "overloaded", "true")
LIMITED = (openai.RateLimitError, "rate_limit_exceeded", "true")
TOO_LONG = (openai.BadRequestError, "context_length_exceeded", "false")


def broken(code: str, retry: str = "false") -> tuple[type[openai.APIError], str, str]:
    """A failure of the model's server before the first byte."""
    return openai.InternalServerError, code, retry


# The outcome of each script, streamed and whole.
OUTCOMES: dict[str, Any] = {
    **dict.fromkeys(
        [
            "good",
            "crlf",
            "cr",
            "bom",
            "burst",
            "comments",
            "no-done",
            "done-unended",
            "no-usage",
            "usage-null",
            "usage-negative",
            "usage-absurd",
            "counts-hidden",
            "stale",
            "blank-lines",
            "json",
            "continues",
            "429-soon",
            "rejects-stream-options",
            "forbids-stream-options",
        ],
        GOOD,
    ),
    "siliconflow": ("<2>", "<0><1>", "stop"),
    **dict.fromkeys(["choices", "choices-each", "choices-one"], ("0<0>0<1>0<2>", "", "stop")),
    "drip": GOOD,
    "reasoning": THOUGHT,
    "reasoning-alias": THOUGHT,
    "think": THOUGHT,
    **dict.fromkeys(["tools", "tools-bare", "tools-index-0", "tools-late", "calls"], CALLED),
    "calls-cut": ("get_weather", "", "length"),
    "unicode": ("a\u2028b\x85c\U0001f600 é\ufffd", "", "stop"),
    "finish-quirks": ("abcd", "", "stop"),
    "huge-answer": ("x" * 40, "", "stop"),
    "reset-before-headers": broken("unreachable", "true"),
    "stall-before-headers": broken("timed_out"),
    "stall-after-headers": broken("timed_out"),
    "comments-only": broken("timed_out"),
    "html": broken("not_a_stream"),
    "text": broken("not_a_stream"),
    "html-502": OVERLOADED,
    # Its status was 200, so the request is charged.
    "json-error": broken("overloaded"),
    **dict.fromkeys(["done-only", "empty", "says", "calls-all"], broken("empty_answer")),
    "400": REFUSED,
    "413": REFUSED,
    "quotes-request": REFUSED,
    "404-path": broken("refused"),
    "401": broken("unauthorised"),
    "echoes-key": broken("unauthorised"),
    "403": broken("forbidden"),
    "403-balance": broken("out_of_balance"),
    **dict.fromkeys(["429", "429-brief", "429-later", "429-date", "429-cut"], LIMITED),
    "451": (openai.BadRequestError, "content_policy_violation", "false"),
    **dict.fromkeys(["500", "500-brief"], broken("failed", "true")),
    **dict.fromkeys(["502", "503", "503-brief", "503-cut", "504", "loading"], OVERLOADED),
    **dict.fromkeys(["context", "context-llama", "context-vllm"], TOO_LONG),
    **dict.fromkeys(["context-bare", "context-half"], TOO_LONG),
    "redirect": broken("redirected"),
    "gzip": broken("malformed"),
}
# After some text a stream has an error event, and a whole answer a status.
BREAKS = {
    **dict.fromkeys(["reset-mid-token", "reset-mid-utf8", "cut", "cut-close-framed"], "truncated"),
    "stall-after-tokens": "timed_out",
    "malformed": "truncated",
    "no-finish": "truncated",
    **dict.fromkeys(["error-mid-stream", "error-vllm"], "failed"),
    **dict.fromkeys(["error-flat", "error-in-chunk"], "overloaded"),
    "context-mid-stream": "context_length_exceeded",
    "huge-event": "too_large",
}
# The first ends the scripted server itself; whether a cap or a clock ends the second depends on the
# machine's speed (tests/upstream has it). The third ends within its headers or after some text.
LEFT_OUT = {"dies", "flood", "cut-at-byte"}


def words_of(choice: Any, said: Any) -> tuple[str, str, str]:
    """Content and calls, reasoning, and finish reason, with the tokens' numbers alone."""
    names = [call.function.name for call in said.tool_calls or () if call.function.name]
    content = re.sub(r"<gen:\d+:0*(\d+)>", r"<\1>", said.content or "")[:40]
    reasoning = re.sub(r"<gen:\d+:0*(\d+)>", r"<\1>", getattr(said, "reasoning_content", "") or "")
    return content + " ".join(names), reasoning, choice.finish_reason


def outcome(gateway: Gateway, script: str, *, streamed: bool) -> Any:
    """The outcome in the package."""
    words = "at=2 tokens=3"
    try:
        if not streamed:
            choice = gateway.ask(script, words).choices[0]
            return words_of(choice, choice.message)
        said: Any = [{"role": "user", "content": words}]
        with gateway.openai.chat.completions.stream(model=script, messages=said) as stream:
            list(stream)
            choice = stream.get_final_completion().choices[0]
            return words_of(choice, choice.message)
    except openai.APIStatusError as error:
        return type(error), error.code, error.response.headers["x-should-retry"]
    except openai.LengthFinishReasonError as error:
        choice = error.completion.choices[0]
        return words_of(choice, choice.message)
    except openai.APIError as error:
        return type(error), error.code


@pytest.fixture
def impatient(gateway: Gateway) -> Gateway:
    """Models of every script, with a provider of short timeouts."""
    for script in {*OUTCOMES, *BREAKS}:
        gateway.model(script, inline_thinking=script == "think")
    Provider.objects.update(first_word_seconds=0.6, silent_seconds=0.6)
    return gateway


def test_every_quirk_is_accounted_for() -> None:
    assert {name for family in (good, tools, faults, statuses) for name in family.SCRIPTS} <= {
        *OUTCOMES,
        *BREAKS,
        *LEFT_OUT,
    }


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "whole"])
def test_every_quirk_gives_the_right_answer_or_error(impatient: Gateway, streamed: bool) -> None:
    found = {script: outcome(impatient, script, streamed=streamed) for script in OUTCOMES}
    assert found == OUTCOMES


def test_an_answer_that_breaks_off_ends_with_an_error_event_or_a_status(impatient: Gateway) -> None:
    streamed = {script: outcome(impatient, script, streamed=True) for script in BREAKS}
    assert streamed == {script: (openai.APIError, code) for script, code in BREAKS.items()}
    whole = {script: outcome(impatient, script, streamed=False) for script in BREAKS}
    broke_off = {script: broken(code) for script, code in BREAKS.items()}
    assert whole == {**broke_off, "context-mid-stream": TOO_LONG}
