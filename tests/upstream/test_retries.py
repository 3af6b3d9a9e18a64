"""Retries: their reasons, delays and number."""

import errno
from types import SimpleNamespace

import aiohttp
import httpx
import pytest

from conversations.upstream.errors import Failed, Overloaded, RateLimited, UpstreamError
from conversations.upstream.retries import LONGEST_WAIT_SECONDS, Retries
from tests.upstream.asking import receive, request, run, upstream


def reported(cause: aiohttp.ClientError) -> httpx.HTTPError:
    """Return an error of aiohttp as the transport reports it."""
    error = httpx.ReadError("broken")
    error.__cause__ = cause
    return error


def refused() -> httpx.HTTPError:
    """Return the error of a closed port."""
    key = SimpleNamespace(host="127.0.0.1", port=9, is_ssl=False, ssl=True)
    cause = OSError(errno.ECONNREFUSED, "refused")
    return reported(aiohttp.ClientConnectorError(key, cause))  # type: ignore[arg-type]


def test_a_connection_that_cannot_be_made_is_tried_twice_more_each_time_later() -> None:
    retries = Retries()
    assert [retries.after_break(refused(), reused=False) for _ in range(4)] == [
        0.1,
        0.4,
        None,
        None,
    ]


def test_an_idle_connection_that_the_server_had_closed_is_replaced_at_once_and_once() -> None:
    retries = Retries()
    closed = reported(aiohttp.ServerDisconnectedError())
    assert [retries.after_break(closed, reused=True) for _ in range(3)] == [0.0, None, None]


def test_what_breaks_on_a_new_connection_is_not_sent_again() -> None:
    closed = reported(aiohttp.ServerDisconnectedError())
    assert Retries().after_break(closed, reused=False) is None


@pytest.mark.parametrize(
    "failure",
    [
        RateLimited(status=429, retry_after=LONGEST_WAIT_SECONDS),
        Overloaded(status=503, retry_after=LONGEST_WAIT_SECONDS),
    ],
)
def test_the_longest_wait_is_still_waited_for_and_only_once(failure: UpstreamError) -> None:
    retries = Retries()
    asked = [retries.after_failure(failure) for _ in range(2)]
    assert asked == [LONGEST_WAIT_SECONDS, None]


@pytest.mark.parametrize(
    "failure",
    [
        RateLimited(status=429, retry_after=2.1),
        RateLimited(status=429),
        RateLimited(status=403, retry_after=0.1),
        Overloaded(status=504, retry_after=0.1),
        Failed(status=503, retry_after=0.1),
    ],
)
def test_other_failures_are_reported_at_once(failure: UpstreamError) -> None:
    assert Retries().after_failure(failure) is None


@pytest.mark.parametrize(
    ("script", "calls"), [("429-brief", 2), ("503-brief", 2), ("500-brief", 1)]
)
def test_a_server_that_is_still_busy_after_the_wait_is_not_asked_a_third_time(
    script: str, calls: int
) -> None:
    async def ask() -> tuple[int, bool]:
        async with upstream() as (server, client):
            received = await receive(client, request(script))
            return len(server.calls), received.error is not None

    assert run(ask()) == (calls, True)
