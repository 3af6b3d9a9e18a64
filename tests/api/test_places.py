"""A request of a program that finds no place free waits for one, and is refused with advice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from conversations.generation import api_run
from conversations.models import Generation, Provider
from tests.api.conftest import CERTIFICATES, SECONDS, Gateway, until

GATED = "tokens=2 gate=g"


@contextmanager
def asking(gateway: Gateway, **fields: Any) -> Iterator[httpx.Response]:
    """A request whose stream is open."""
    headers = {"Authorization": f"Bearer {gateway.secret}"}
    body = gateway.body(words=GATED, stream=True, **fields)
    address = f"{gateway.url}/chat/completions"
    with httpx.stream(
        "POST", address, json=body, headers=headers, timeout=SECONDS, verify=CERTIFICATES
    ) as response:
        yield response


@contextmanager
def one_place_taken(gateway: Gateway) -> Iterator[None]:
    """The provider has one place, in which an answer waits for its gate."""
    gateway.model("good")
    Provider.objects.update(max_concurrent=1)
    # Its first token, with which its response begins.
    gateway.upstream.open("g", 1)
    with ExitStack() as stack:
        stack.enter_context(asking(gateway))
        yield
        gateway.upstream.open("g", 100)


def in_background(work: Callable[[], httpx.Response]) -> Callable[[], httpx.Response]:
    """Start a request; returns the function that waits for its response."""
    found: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()

    def response() -> httpx.Response:
        thread.join(SECONDS)
        return found[0]

    return response


def test_a_whole_answer_waits_for_the_place_of_another(gateway: Gateway) -> None:
    with one_place_taken(gateway):
        answer = in_background(lambda: gateway.post(gateway.body()))
        until(lambda: list(Generation.objects.running()), 2)
    assert answer().json()["choices"][0]["finish_reason"] == "stop"


def test_one_that_waits_too_long_is_refused_with_advice_that_is_meant(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_run, "PLACE_SECONDS", 0.1)
    with one_place_taken(gateway):
        refused = gateway.post(gateway.body())
        streamed = gateway.post(gateway.body(stream=True))
    for response in (refused, streamed):
        assert response.status_code == 429
        assert response.json()["error"]["code"] == "rate_limit_exceeded"
        assert response.headers["x-should-retry"] == "true"
        assert 1 <= int(response.headers["retry-after"]) <= 120
    assert len(gateway.upstream.calls) == 1
    assert sorted(each.charged_tokens for each in gateway.settled(3))[:2] == [0, 0]
