"""A repeated request that comes to a process which does not run the first one."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from conversations.api import run_reply
from conversations.generation import lifecycle, recovery
from conversations.models import Generation, IdempotencyClaim, LedgerEntry, LoggedEvent
from tests.api.conftest import SECONDS, Gateway, until
from tests.api.test_idempotency import KEY, in_another_process

WORDS = "tokens=6 gate=slow"


@contextmanager
def running(gateway: Gateway, *, stream: bool = True) -> Iterator[Future[httpx.Response]]:
    """A first request whose answer has two of its six tokens, and its reply to be."""
    body = gateway.body(words=WORDS, stream=stream)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(gateway.post, body, headers=KEY)
        gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
        gateway.upstream.open("slow", 2)
        gateway.upstream.wait_until(lambda: gateway.upstream.calls[0].sent_tokens == 2)
        in_another_process(gateway)
        yield first


@contextmanager
def streamed(gateway: Gateway) -> Iterator[httpx.Response]:
    """The same request as a stream."""
    headers = {**KEY, "Authorization": f"Bearer {gateway.secret}"}
    address = f"{gateway.url}/chat/completions"
    body = gateway.body(words=WORDS, stream=True)
    with httpx.stream("POST", address, json=body, headers=headers, timeout=SECONDS) as answer:
        yield answer


def until_followed() -> None:
    """Wait until the answer is followed."""
    until(lambda: list(IdempotencyClaim.objects.filter(followed_until__isnull=False)), 1)


def test_it_reads_a_running_stream_from_its_first_byte_while_it_grows(gateway: Gateway) -> None:
    with running(gateway) as first, streamed(gateway) as second:
        pieces = second.iter_raw()
        read = next(pieces)
        while b"0001" not in read:
            read += next(pieces)
        assert b"0002" not in read
        gateway.upstream.open("slow", 4)
        assert read + b"".join(pieces) == first.result().content
        for name in ("content-type", "x-content-kept", "cache-control"):
            assert second.headers[name] == first.result().headers[name]
    assert len(gateway.upstream.calls) == 1
    gateway.settled(1)
    in_another_process(gateway)
    with streamed(gateway) as third:
        assert third.read() == first.result().content
    assert len(gateway.upstream.calls) == LedgerEntry.objects.count() == 1


def test_it_gets_a_whole_answer_too(gateway: Gateway) -> None:
    with running(gateway, stream=False) as first, ThreadPoolExecutor(1) as pool:
        body = gateway.body(words=WORDS, stream=False)
        second = pool.submit(gateway.post, body, headers=KEY)
        until_followed()
        gateway.upstream.open("slow", 4)
        assert second.result().content == first.result().content
    assert len(gateway.upstream.calls) == 1


def test_an_answer_goes_on_for_it_when_the_first_client_leaves(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_reply, "FOLLOWED_SECONDS", 0.02)
    gateway.upstream.open("slow", 2)
    with streamed(gateway) as first:
        pieces_of_first = first.iter_raw()
        next(pieces_of_first)
        in_another_process(gateway)
        with streamed(gateway) as second:
            pieces = second.iter_raw()
            read = next(pieces)
            first.close()
            gateway.upstream.open("slow", 4)
            assert (read + b"".join(pieces)).endswith(b"data: [DONE]\n\n")
    (entry,) = gateway.settled(1)
    assert entry.outcome == "completed"


def test_an_answer_ends_when_it_leaves_too(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_reply, "FOLLOWED_SECONDS", 0.02)
    gateway.upstream.open("slow", 2)
    with streamed(gateway) as first:
        pieces_of_first = first.iter_raw()
        next(pieces_of_first)
        in_another_process(gateway)
        with streamed(gateway) as second:
            next(second.iter_raw())
            first.close()
    assert not LedgerEntry.objects.exists()
    # As long after that as its process waits for news of it.
    IdempotencyClaim.objects.update(followed_until=None)
    (entry,) = gateway.settled(1)
    assert entry.outcome == "stopped"


def test_of_an_answer_that_all_left_it_gets_nothing(gateway: Gateway) -> None:
    gateway.upstream.open("slow", 2)
    with streamed(gateway) as first:
        pieces_of_first = first.iter_raw()
        next(pieces_of_first)
    gateway.settled(1)
    in_another_process(gateway)
    with streamed(gateway) as second:
        error = second.read()
    assert (second.status_code, b"was left by its client" in error) == (409, True)


def test_when_the_process_of_an_answer_dies_it_ends_as_interrupted(gateway: Gateway) -> None:
    with running(gateway), streamed(gateway) as second:
        pieces = second.iter_raw()
        read = next(pieces)
        until(lambda: list(Generation.objects.filter(completion_tokens__gt=0)), 1)
        assert recovery.end_not_begun() == 1
        read += b"".join(pieces)
        gateway.upstream.open("slow", 4)
    assert b"0001" in read
    assert b'"code":"restarted"' in read
    assert b"[DONE]" not in read
    # Another time the same; what was made was charged once.
    in_another_process(gateway)
    with streamed(gateway) as third:
        assert third.read() == read
    assert LedgerEntry.objects.count() == len(gateway.upstream.calls) == 1


def test_an_answer_that_died_before_its_first_byte_is_a_status_and_may_be_asked_again(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So early that nothing was noted yet for which it is charged.
    monkeypatch.setattr(lifecycle, "note_progress", lambda _tokens: None)
    body = gateway.body(words="tokens=3 gate=never")
    with ThreadPoolExecutor(2) as pool:
        pool.submit(gateway.post, body, headers=KEY)
        gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
        in_another_process(gateway)
        second = pool.submit(gateway.post, body, headers=KEY)
        until_followed()
        assert recovery.end_not_begun() == 1
        error = second.result()
        gateway.upstream.open("never", 9)
    assert (error.status_code, error.json()["error"]["code"]) == (503, "restarted")
    assert error.headers["x-should-retry"] == "true"
    in_another_process(gateway)
    assert gateway.post(body, headers=KEY).status_code == 200


def test_it_gets_the_error_of_an_answer_that_failed_after_it_was_charged(gateway: Gateway) -> None:
    body = gateway.body("error-mid-stream", words="tokens=3")
    first = gateway.post(body, headers=KEY)
    gateway.settled(1)
    in_another_process(gateway)
    second = gateway.post(body, headers=KEY)
    assert (second.status_code, second.json()) == (first.status_code, first.json())
    assert second.headers["x-should-retry"] == first.headers["x-should-retry"] == "false"
    assert len(gateway.upstream.calls) == 1


def test_another_body_is_refused_there_as_well(gateway: Gateway) -> None:
    gateway.post(gateway.body(), headers=KEY)
    in_another_process(gateway)
    other = gateway.post(gateway.body(words="tokens=4"), headers=KEY)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")


def test_what_the_log_has_of_a_reply_says_nothing_without_the_api_key(gateway: Gateway) -> None:
    said = gateway.post(gateway.body(), headers=KEY).json()["choices"][0]["message"]["content"]
    gateway.settled(1)
    stored = list(LoggedEvent.objects.values_list("payload", flat=True))
    assert stored
    assert not [each for each in stored if said[:8] in each or "choices" in each]


def test_without_the_header_the_log_has_nothing(gateway: Gateway) -> None:
    gateway.post(gateway.body(stream=True))
    gateway.settled(1)
    assert Generation.objects.count() == 1
    assert not LoggedEvent.objects.exists()
