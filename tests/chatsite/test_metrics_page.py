"""`/metrics`: its readers, and its contents."""

import asyncio
import http.client
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from prometheus_client.parser import text_string_to_metric_families

from chatsite.asgi_types import Message, Receive, Send
from chatsite.metrics import REGISTRY, Reading
from chatsite.metrics_page import MetricsPage
from tests.live import LiveSite

TOKEN = "a token of the scraper"
AS_SCRAPER = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def connection(live_site: LiveSite) -> Iterator[http.client.HTTPConnection]:
    """A connection to the running site."""
    opened = http.client.HTTPConnection(urlsplit(live_site.url).netloc, timeout=30)
    yield opened
    opened.close()


def status(connection: http.client.HTTPConnection, method: str = "GET", **headers: str) -> int:
    """The status of a request for the metrics; the reply is read to its end."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request(method, "/metrics", headers=named)
    answer = connection.getresponse()
    answer.read()
    return answer.status


async def _elsewhere(scope: Message, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": []})


def asked_by(address: str) -> int:
    """The status for a client of that address."""
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/metrics",
        "client": [address, 4711],
        "headers": [(b"host", b"127.0.0.1:8000")],
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(MetricsPage(_elsewhere)(scope, _nothing, send))
    return int(sent[0]["status"])


async def _nothing() -> Message:
    return {}


def test_a_program_on_this_machine_reads_them(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/metrics")
    answer = connection.getresponse()
    assert answer.getheader("content-type") == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.getheader("cache-control") == "no-store"
    read = {each.name: each for each in text_string_to_metric_families(answer.read().decode())}
    assert read["parley_connections"].samples[0].value >= 1
    assert read["parley_build_info"].samples[0].value == 1


@pytest.mark.parametrize("name", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
def test_what_a_proxy_on_this_machine_forwards_is_not_from_it(
    connection: http.client.HTTPConnection, name: str
) -> None:
    assert status(connection, **{name: "127.0.0.1"}) == 404


def test_a_public_name_is_not_this_machine(connection: http.client.HTTPConnection) -> None:
    assert status(connection, Host="chat.example.org") in {400, 404}


def test_another_machine_finds_nothing() -> None:
    assert asked_by("127.0.0.1") == 200
    assert asked_by("192.0.2.7") == 404


def test_with_a_token_it_is_needed_and_enough(
    connection: http.client.HTTPConnection, settings: pytest.FixtureRequest
) -> None:
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    assert status(connection) == 401
    assert status(connection, Authorization=f"Bearer {TOKEN[:-1]}") == 401
    assert status(connection, Authorization=f"Basic {TOKEN}") == 401
    assert status(connection, Authorization="Bearer n\xf6") == 401
    assert status(connection, Host="chat.example.org", **AS_SCRAPER) == 200


def test_it_is_only_read(connection: http.client.HTTPConnection) -> None:
    assert status(connection, "HEAD") == 200
    assert status(connection, "POST") == 405


def test_a_state_that_cannot_be_read_hides_no_other() -> None:
    def fail() -> float:
        raise OSError

    broken = Reading("parley_broken", "Cannot be read.")
    broken.read_from(fail)
    try:
        assert [list(family.samples) for family in broken.collect()] == [[]]
    finally:
        REGISTRY.unregister(broken)
