"""Streams of a model that says nothing for long: the client hears, and is told how it ends."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import openai
import pytest

from conversations.api import completions, run_reply
from conversations.models import IdempotencyClaim, Provider
from conversations.refusal import Refused
from tests.api.conftest import CERTIFICATES, SECONDS, Gateway, until

KEY = {"Idempotency-Key": "order-66"}


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments after a twentieth of a second."""
    monkeypatch.setattr(run_reply, "FIRST_SECONDS", 0.05)
    monkeypatch.setattr(run_reply, "PING_SECONDS", 0.05)


@contextmanager
def streamed(
    gateway: Gateway, body: dict[str, Any], **headers: str
) -> Iterator[tuple[httpx.Response, Iterator[str]]]:
    """A stream with its status and headers, and its lines as they come."""
    headers = {"Authorization": f"Bearer {gateway.secret}", **headers}
    address = f"{gateway.url}/chat/completions"
    with httpx.stream(
        "POST", address, json=body, headers=headers, timeout=SECONDS, verify=CERTIFICATES
    ) as answer:
        yield answer, (line for line in answer.iter_lines() if line)


def split(lines: list[str], last: int) -> tuple[list[str], list[str]]:
    """The lines before the last ones, and these."""
    return lines[:-last], lines[-last:]


def error_at_the_end(lines: Iterator[str]) -> str:
    """The code of the error that is the last event, after nothing but comments."""
    *before, last = lines
    assert set(before) <= {": ping"}
    return str(json.loads(last.removeprefix("data: "))["error"]["code"])


def test_a_silent_upstream_is_heard_before_and_within_its_answer(gateway: Gateway) -> None:
    body = gateway.body(words="tokens=3 gate=g", stream=True)
    with streamed(gateway, body) as (answer, lines):
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        assert answer.headers["x-accel-buffering"] == "no"
        assert answer.headers["x-content-kept"] == "false"
        assert [next(lines), next(lines)] == [": ping", ": ping"]
        gateway.upstream.open("g", 1)
        said = [next(line for line in lines if "<gen:" in line)]
        assert next(lines) == ": ping"
        gateway.upstream.open("g", 2)
        said += [line for line in lines if line != ": ping"]
    assert "".join(said).count("<gen:") == 3
    assert said[-1] == "data: [DONE]"


@pytest.mark.parametrize("script", ["stall-after-headers", "comments-only", "stall-before-headers"])
def test_every_kind_of_silence_is_heard(gateway: Gateway, script: str) -> None:
    with streamed(gateway, gateway.body(script, stream=True)) as (answer, lines):
        assert answer.status_code == 200
        assert [next(lines) for _ in range(3)] == [": ping"] * 3


def test_the_package_reads_over_the_comments(gateway: Gateway) -> None:
    gateway.model("good")
    said: Any = [{"role": "user", "content": "tokens=3 gate=g"}]
    stream = gateway.openai.chat.completions.create(model="good", messages=said, stream=True)
    gateway.upstream.open("g", 3)
    text = "".join(each.choices[0].delta.content or "" for each in stream)
    assert text.count("<gen:") == 3


@pytest.mark.parametrize(
    ("script", "code"), [("403", "forbidden"), ("context", "context_length_exceeded")]
)
def test_a_failure_after_a_silence_is_an_event(gateway: Gateway, script: str, code: str) -> None:
    with streamed(gateway, gateway.body(script, "gate=g", stream=True)) as (answer, lines):
        assert answer.status_code == 200
        assert next(lines) == ": ping"
        gateway.upstream.open("g", 1)
        assert error_at_the_end(lines) == code


def test_the_package_raises_for_a_failure_after_a_silence(gateway: Gateway) -> None:
    gateway.model("403")
    said: Any = [{"role": "user", "content": "gate=g"}]
    stream = gateway.openai.chat.completions.create(model="403", messages=said, stream=True)
    gateway.upstream.open("g", 1)
    with pytest.raises(openai.APIError) as caught:
        list(stream)
    assert caught.value.code == "forbidden"


def test_a_failure_at_once_keeps_its_status(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_reply, "FIRST_SECONDS", 60.0)
    for script, status in {"403": 502, "429-later": 429, "context": 400}.items():
        assert gateway.post(gateway.body(script, stream=True)).status_code == status
    assert gateway.post(gateway.body(stream=True, temperature=-9)).status_code == 400


def test_a_whole_answer_waits_for_its_status(gateway: Gateway) -> None:
    answers = []
    body = gateway.body("403", "gate=g")
    asking = threading.Thread(target=lambda: answers.append(gateway.post(body)))
    asking.start()
    gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
    asking.join(0.15)
    assert answers == []
    gateway.upstream.open("g", 1)
    asking.join(SECONDS)
    assert answers[0].status_code == 502


def test_a_failure_after_a_silence_frees_its_idempotency_key(gateway: Gateway) -> None:
    with streamed(gateway, gateway.body("403", "gate=g", stream=True), **KEY) as (_, lines):
        assert next(lines) == ": ping"
        gateway.upstream.open("g", 1)
        assert error_at_the_end(lines) == "forbidden"
    until(lambda: [1] if not IdempotencyClaim.objects.exists() else [], 1)
    assert gateway.post(gateway.body(stream=True), headers=KEY).status_code == 200


def test_a_repeated_request_reads_the_same_bytes(gateway: Gateway) -> None:
    body = gateway.body(words="tokens=2 gate=g", stream=True)
    with streamed(gateway, body, **KEY) as (_answer, lines):
        gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
        with streamed(gateway, body, **KEY) as (_second, others):
            reply = [next(others)]
            assert reply == [": ping"]
            gateway.upstream.open("g", 2)
            reply += others
            # Comments from before the run had started are none of its reply.
            before, heard = split(list(lines), len(reply))
            assert heard == reply
            assert set(before) <= {": ping"}
    assert gateway.post(body, headers=KEY).text == "".join(f"{line}\n\n" for line in reply)
    assert len(gateway.upstream.calls) == 1


def test_who_waits_in_the_line_of_a_provider_hears(gateway: Gateway) -> None:
    model = gateway.model("good")
    Provider.objects.filter(pk=model.provider_id).update(max_concurrent=1)
    holding = gateway.body(words="tokens=1 gate=g", stream=True)
    with streamed(gateway, holding) as (_first, held_lines):
        gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
        with streamed(gateway, gateway.body(stream=True)) as (answer, lines):
            assert answer.status_code == 200
            assert [next(lines), next(lines)] == [": waiting, place 1"] * 2
            assert len(gateway.upstream.calls) == 1
            gateway.upstream.open("g", 1)
            assert "[DONE]" in [*held_lines][-1]
            assert "".join(lines).count("<gen:") == 3


# A run that waits for its place before it starts


@contextmanager
def held(monkeypatch: pytest.MonkeyPatch, refusal: Exception | None = None) -> Iterator[Any]:
    """Let requests wait until the event is set, and start or be refused then."""
    prepare, released = completions.prepare, threading.Event()

    def prepare_later(request: Any) -> Any:
        assert released.wait(SECONDS)
        if refusal:
            raise refusal
        return prepare(request)

    monkeypatch.setattr(completions, "prepare", prepare_later)
    try:
        yield released
    finally:
        released.set()


def test_who_waits_for_a_place_hears_and_is_answered(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        held(monkeypatch) as released,
        streamed(gateway, gateway.body(stream=True, max_tokens=32_000, store=True)) as (
            answer,
            lines,
        ),
    ):
        assert (answer.status_code, answer.headers["x-content-kept"]) == (200, "false")
        assert answer.headers["x-lowered-max-tokens"] == "16384"
        assert answer.headers["x-ignored-fields"] == "store"
        assert [next(lines), next(lines)] == [": ping", ": ping"]
        assert not gateway.upstream.calls
        released.set()
        said = [line for line in lines if line != ": ping"]
    assert "assistant" in said[0]
    assert said[-1] == "data: [DONE]"
    gateway.settled(1)


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Refused("too_many_running", "Sixteen are running."), "rate_limit_exceeded"),
        (RuntimeError("a fault of ours"), "internal_error"),
    ],
)
def test_who_is_refused_after_a_wait_reads_why(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, refusal: Exception, code: str
) -> None:
    with (
        held(monkeypatch, refusal) as released,
        streamed(gateway, gateway.body(stream=True)) as (_answer, lines),
    ):
        assert next(lines) == ": ping"
        released.set()
        assert error_at_the_end(lines) == code
    gateway.settled(0)


def test_a_whole_answer_that_is_refused_after_a_wait_has_the_status(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(monkeypatch, Refused("too_many_running", "Sixteen are running.")) as released:
        releasing = threading.Timer(0.15, released.set)
        releasing.start()
        assert gateway.post(gateway.body()).status_code == 429


def test_who_leaves_while_waiting_for_a_place_leaves_nothing_running(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = gateway.body(words="tokens=2 gate=never", stream=True)
    with held(monkeypatch) as released:
        with streamed(gateway, body) as (_answer, lines):
            assert next(lines) == ": ping"
        released.set()
        assert [entry.outcome for entry in gateway.settled(1)] == ["stopped"]
