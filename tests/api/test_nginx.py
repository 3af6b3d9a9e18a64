"""Silent models behind a real nginx, with the configuration of `deploy/nginx/`.

``python -m tests.bench.silence`` does the same at full length.
"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from conversations.api import run_reply
from tests.api.conftest import CERTIFICATES, SECONDS, Gateway
from tests.bench.nginx import nginx_before, program

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(program() is None, reason="There is no nginx; install nginx-light."),
]
# nginx cuts what is silent for two seconds; the site comments every half a second.
READ_TIMEOUT = "2s"
PING_SECONDS = 0.5
SILENT_SECONDS = 5.0
TOKENS = 3


def test_a_stream_outlives_a_silence_that_nginx_would_cut(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_reply, "FIRST_SECONDS", PING_SECONDS)
    monkeypatch.setattr(run_reply, "PING_SECONDS", PING_SECONDS)
    gateway.model("good")
    gateway.upstream.open("later", 1)
    with (
        nginx_before(gateway.site, read_timeout=READ_TIMEOUT) as address,
        _opened_later(gateway, "first", "later", "whole"),
        ThreadPoolExecutor(3) as pool,
    ):
        first, later, whole = pool.map(
            lambda gate: _ask(gateway, address, gate), ("first", "later", "whole")
        )
    assert (first.status_code, later.status_code, whole.status_code) == (200, 200, 504)
    for streamed in (first, later):
        assert streamed.text.count("<gen:") == TOKENS
        assert streamed.text.endswith("data: [DONE]\n\n")


@contextmanager
def _opened_later(gateway: Gateway, *gates: str) -> Iterator[None]:
    timers = [
        threading.Timer(SILENT_SECONDS, gateway.upstream.open, (gate, TOKENS)) for gate in gates
    ]
    for each in timers:
        each.start()
    yield
    for each in timers:
        each.join()


def _ask(gateway: Gateway, address: str, gate: str) -> httpx.Response:
    body: Any = gateway.body(words=f"tokens={TOKENS} gate={gate}", stream=gate != "whole")
    headers = {"Authorization": f"Bearer {gateway.secret}"}
    url = f"{address}/v1/chat/completions"
    return httpx.post(url, json=body, headers=headers, timeout=SECONDS, verify=CERTIFICATES)
