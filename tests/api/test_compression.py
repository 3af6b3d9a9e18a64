"""Compressed bodies: read within the bound of all bodies, or refused."""

import gzip
import json
import zlib
from collections.abc import Callable

import pytest

from conversations.api import compression
from conversations.api.body import MOST_BYTES
from tests.api.conftest import Gateway
from tests.api.test_errors import error_in


def _bare(content: bytes) -> bytes:
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(content) + engine.flush()


CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "GZIP": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": _bare,
    "identity": bytes,
}


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
def test_a_compressed_request_is_answered(gateway: Gateway, coding: str, stream: bool) -> None:
    content = CODINGS[coding](json.dumps(gateway.body(stream=stream)).encode())
    answer = gateway.post(content=content, headers={"Content-Encoding": coding})
    assert answer.status_code == 200
    assert answer.text.count("<gen:") == 3


@pytest.mark.parametrize("level", [0, 1, 9])
def test_every_level_of_compression_is_known(gateway: Gateway, level: int) -> None:
    content = zlib.compress(json.dumps(gateway.body()).encode(), level)
    headers = {"Content-Encoding": "deflate"}
    assert gateway.post(content=content, headers=headers).status_code == 200


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "gzip, br", "chunked", "x" * 900])
def test_an_unknown_coding_is_refused_with_those_that_are_known(
    gateway: Gateway, coding: str
) -> None:
    answer = gateway.post(gateway.body(), headers={"Content-Encoding": coding})
    assert error_in(answer)[:2] == (415, "unknown_encoding")
    assert answer.headers["accept-encoding"] == "gzip, deflate"
    assert answer.headers["x-should-retry"] == "false"


GZIPPED = gzip.compress(b"{}", mtime=0)


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        ("gzip", b'{"model": "good"}'),
        ("gzip", b""),
        ("gzip", GZIPPED[:-9]),
        ("gzip", GZIPPED[:-1] + b"\xff"),
        ("gzip", GZIPPED + b"more"),
        ("gzip", GZIPPED + GZIPPED),
        ("gzip", zlib.compress(b"{}")),
        ("deflate", b'{"model": "good"}'),
        ("deflate", zlib.compress(b"{}")[:-5]),
        ("deflate", b""),
    ],
)
def test_what_is_not_compressed_as_announced_is_refused(
    gateway: Gateway, coding: str, content: bytes
) -> None:
    answer = gateway.post(content=content, headers={"Content-Encoding": coding})
    assert error_in(answer)[:2] == (400, "invalid_encoding")
    assert coding in answer.json()["error"]["message"]


def test_a_compressed_body_that_is_no_json_is_refused_as_others_are(gateway: Gateway) -> None:
    answer = gateway.post(content=gzip.compress(b"{"), headers={"Content-Encoding": "gzip"})
    assert error_in(answer)[:2] == (400, "invalid_json")


@pytest.mark.parametrize("size", [MOST_BYTES + 1, 3 * MOST_BYTES])
def test_a_bomb_is_refused(gateway: Gateway, size: int) -> None:
    for coding, compress in (("gzip", gzip.compress), ("deflate", zlib.compress)):
        bomb = compress(b" " * size)
        assert len(bomb) < MOST_BYTES // 50
        answer = gateway.post(content=bomb, headers={"Content-Encoding": coding})
        assert error_in(answer)[:2] == (413, "too_large")


def test_no_more_than_the_bound_is_ever_inflated() -> None:
    bomb = zlib.compress(b" " * 1_000_000)
    with pytest.raises(compression.TooLarge):
        compression.decoded(bomb, "deflate", 999_999)
    assert len(compression.decoded(bomb, "deflate", 1_000_000)) == 1_000_000
