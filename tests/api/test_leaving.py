"""Clients that leave or do not read, withdrawn permissions, and a killed server."""

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from pytest_django import Settings

from chatsite import http_request
from conversations.accounts import api_keys
from conversations.generation import operations
from conversations.models import Generation, LanguageModel, User
from tests.api.conftest import SECONDS, Gateway, until

AT_MOST_SECONDS = 0.5


@contextmanager
def open_request(
    gateway: Gateway, body: dict[str, Any], *, window: int = 0
) -> Iterator[socket.socket]:
    """A socket with a sent request; a small ``window`` bounds the unread bytes."""
    address, content = urlsplit(gateway.site), json.dumps(body).encode()
    wire = socket.socket()
    if window:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, window)
    wire.settimeout(SECONDS)
    wire.connect((address.hostname, address.port))
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {address.netloc}\r\n"
        f"Authorization: Bearer {gateway.secret}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    wire.sendall(head.encode() + content)
    with wire:
        yield wire


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_client_that_leaves_ends_the_answer_and_is_charged_for_its_tokens(
    gateway: Gateway, stream: bool
) -> None:
    gateway.upstream.open("slow", 5)
    with open_request(gateway, gateway.body(words="tokens=50 gate=slow", stream=stream)) as wire:
        gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
        call = gateway.upstream.calls[0]
        gateway.upstream.wait_until(lambda: call.sent_tokens == 5)
        if stream:
            said = b""
            while said.count(b"<gen:") < 5:
                said += wire.recv(65536)
        left_at = time.time()
    gateway.upstream.wait_until(lambda: call.ended_at is not None)
    assert (call.ended_at or 0) - left_at < AT_MOST_SECONDS
    (entry,) = gateway.settled()
    assert (entry.outcome, entry.source) == ("stopped", "estimate")
    # At least five tokens are sent by then; one under way counts as well.
    assert entry.completion_tokens == 5 or not stream


def test_a_client_that_leaves_before_the_first_token_is_charged_for_the_prompt(
    gateway: Gateway,
) -> None:
    with open_request(gateway, gateway.body("stall-after-headers", stream=True)):
        gateway.upstream.wait_until(lambda: bool(gateway.upstream.calls))
        until(lambda: list(Generation.objects.running()), 1)
    gateway.upstream.wait_until(lambda: gateway.upstream.calls[0].ended_at is not None)
    (entry,) = gateway.settled()
    assert (entry.outcome, entry.completion_tokens) == ("stopped", 0)


def _stop(gateway: Gateway) -> None:
    admin = User.objects.create_superuser("root")
    operations.stop(admin, Generation.objects.get().pk)


def _revoke(gateway: Gateway) -> None:
    api_keys.revoke(gateway.key)


def _close_model(gateway: Gateway) -> None:
    LanguageModel.objects.update(audience=LanguageModel.Audience.RESTRICTED)


@pytest.mark.parametrize(
    ("withdraw", "code"),
    [(_stop, "stopped"), (_revoke, "key_revoked"), (_close_model, "model_taken_away")],
)
def test_a_withdrawn_permission_ends_a_running_stream_within_five_seconds(
    gateway: Gateway, withdraw: Callable[[Gateway], None], code: str
) -> None:
    gateway.upstream.open("slow", 2)
    body = gateway.body(words="tokens=50 gate=slow", stream=True)
    headers = {"Authorization": f"Bearer {gateway.secret}"}
    address = f"{gateway.url}/chat/completions"
    with httpx.stream("POST", address, json=body, headers=headers, timeout=20) as answer:
        lines = answer.iter_lines()
        assert "assistant" in next(lines)
        (shown,) = operations.running_answers(0, 10)
        assert shown.model_name == "good"
        started = time.monotonic()
        withdraw(gateway)
        *_said, last = [line for line in lines if line]
    assert time.monotonic() - started < 5
    assert json.loads(last.removeprefix("data: "))["error"]["code"] == code
    assert [entry.outcome for entry in gateway.settled()] == ["stopped"]


READERS = 20
SIZE = 6_000_000


def resident_bytes() -> int:
    """The memory of this process, which contains the live site (Linux's /proc)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def test_clients_that_read_nothing_cost_little_and_are_cut_off(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(http_request, "STALLED_READER_SECONDS", 1.0)
    settings.RUNNING_ANSWERS = READERS
    gateway.ask("huge-answer", "size=100000")
    before = resident_bytes()
    body = gateway.body("huge-answer", f"size={SIZE}", stream=True)
    readers = [open_request(gateway, body, window=4096) for _ in range(READERS)]
    sockets = [each.__enter__() for each in readers]
    try:
        entries = gateway.settled(READERS + 1)[1:]
        grown = resident_bytes() - before
    finally:
        for each in sockets:
            each.close()
    assert {entry.outcome for entry in entries} == {"stopped"}
    # 20 answers of 6 MB each would be 120 MB.
    assert grown < 50_000_000
    assert gateway.ask("good").choices[0].finish_reason == "stop"


def test_a_slow_reader_gets_all_of_it(gateway: Gateway) -> None:
    with open_request(
        gateway, gateway.body("huge-answer", "size=1000000", stream=True), window=8192
    ) as wire:
        said = 0
        while piece := wire.recv(16384):
            said += piece.count(b"x")
            if piece.endswith(b"[DONE]\n\n\r\n0\r\n\r\n"):
                break
    assert said >= 1_000_000
    assert [entry.outcome for entry in gateway.settled()] == ["completed"]


_MADE = """
import json
from conversations.accounts import api_keys
from conversations.accounts.api_keys import KeyChoices
from conversations.models import User
print(api_keys.create(User.objects.get(), KeyChoices("killed"))[1])
"""
_LOOK = """
import json
from conversations.models import Generation, Hold, LedgerEntry
print(json.dumps([list(Generation.objects.values_list("status", flat=True)), Hold.objects.count(),
    list(LedgerEntry.objects.values_list("outcome", "completion_tokens", "source"))]))
"""


@pytest.mark.long
def test_a_killed_server_settles_once_up_to_its_last_second() -> None:
    said, found = asyncio.run(_killed())
    statuses, holds, entries = found
    assert (statuses, holds) == (["interrupted"], 0)
    ((outcome, tokens, source),) = entries
    assert (outcome, source) == ("interrupted", "estimate")
    assert 0 < tokens <= said


async def _killed() -> tuple[int, Any]:
    from tests.bench.site import Site
    from tests.bench.upstream import Upstream

    async with Upstream() as upstream, Site(upstream.address) as site:
        await site.furnish(["alice"], "good")
        secret = (await site.run("shell", "-c", _MADE)).split()[-1]
        said = 0
        headers = {"Authorization": f"Bearer {secret}"}
        body = {
            "model": "good",
            "stream": True,
            "messages": [{"role": "user", "content": "tokens=9999 rate=50"}],
        }
        async with (
            httpx.AsyncClient(headers=headers, timeout=SECONDS) as client,
            client.stream("POST", f"{site.url}/v1/chat/completions", json=body) as answer,
        ):
            async for line in answer.aiter_lines():
                said += line.count("<gen:")
                if said > 80:
                    await site.kill()
                    break
        await site.start()
        return said + 50, json.loads((await site.run("shell", "-c", _LOOK)).splitlines()[-1])
