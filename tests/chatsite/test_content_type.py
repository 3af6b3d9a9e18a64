"""The words of a request about how to decode it."""

import http.client
import random
from urllib.parse import urlsplit

import pytest

from chatsite.content_type import plain
from tests.live import LiveSite

FORM = b'--b\r\nContent-Disposition: form-data; name="login"\r\n\r\nx\r\n--b--\r\n'
CODECS = ["rot13", "zlib_codec", "idna", "undefined", "base64", "utf-16", "utf-8", "none-such"]
PARAMETERS = [
    *[f"charset={codec}" for codec in CODECS],
    *[f"a*={codec}''x%41" for codec in CODECS],
    *[f"boundary*={codec}''b" for codec in CODECS],
    "boundary=" + "b" * 12_000, "boundary=\xe9", 'boundary="', "=", ";" * 500,
]  # fmt: skip


@pytest.mark.parametrize("path", ["/accounts/login/", "/v1/models", "/nope/"])
@pytest.mark.parametrize("query", ["", "?next=%ff", "?" + "a=1&" * 1500])
def test_no_content_type_is_an_error_of_the_site(
    live_site: LiveSite, path: str, query: str
) -> None:
    connection = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=20)
    failed = []
    for parameter in PARAMETERS:
        kind = f"multipart/form-data; boundary=b; {parameter}"
        for method in ("GET", "POST"):
            connection.request(method, path + query, FORM, {"Content-Type": kind.encode("latin-1")})
            reply = connection.getresponse()
            reply.read()
            if reply.status >= 500:
                failed.append((method, parameter))
    connection.close()
    assert failed == []


@pytest.mark.parametrize(
    ("sent", "passed"),
    [
        (b"application/json; charset=utf-16", b"application/json"),
        (b"Text/Plain", b"text/plain"),
        (
            b"multipart/form-data; charset=utf-8; boundary=a-b",
            b'multipart/form-data; boundary="a-b"',
        ),
        (b'multipart/form-data; boundary="a b"', b'multipart/form-data; boundary="a b"'),
        (b"", b""),
    ],
)
def test_the_kind_and_the_boundary_are_passed_on(sent: bytes, passed: bytes) -> None:
    assert plain(sent) == passed


def test_any_text_is_reduced() -> None:
    chance = random.Random(20261130)
    pieces = [b";", b"=", b'"', b"'", b"*", b"*0*=", b"''", b"%", b"\\", b" ", b"\xff", b"charset",
              b"boundary", b"multipart/form-data", b"(", b",", b"a" * 300]  # fmt: skip
    for _ in range(2_000):
        plain(b"".join(chance.choices(pieces, k=12)))
