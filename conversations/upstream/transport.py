"""The wire below httpx: aiohttp's connections, kept strict.

httpx's own pool loses connections for good when a task that waits on it is cancelled, and costs
twice the time per token; httpx-aiohttp puts aiohttp's pool under the same API.
"""

import ssl
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from .errors import Malformed, TimedOut, Unreachable, UpstreamError

KEEPALIVE_SECONDS = 30.0

# Whether the request that this task sends travels on a connection that served another before.
reused: ContextVar[dict[str, bool] | None] = ContextVar("reused", default=None)


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Give the one TLS context of the process: making one costs tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


def open_transport(*, proxy: str | None, max_connections: int) -> AiohttpTransport:
    """Make a transport with a pool of its own. It connects only inside a running loop."""
    return AiohttpTransport(
        verify=tls_context(),
        trust_env=False,
        proxy=httpx.Proxy(proxy) if proxy else None,
        client=_session_maker(max_connections),
    )


def _session_maker(max_connections: int) -> Callable[[], aiohttp.ClientSession]:
    def open_session() -> aiohttp.ClientSession:
        # A policy on addresses would go into this connector, as its resolver.
        connector = aiohttp.TCPConnector(
            limit=max_connections, keepalive_timeout=KEEPALIVE_SECONDS, ssl=tls_context()
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            trace_configs=[_reuse_trace()],
        )

    return open_session


def _reuse_trace() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_connection_reuseconn.append(_note_reuse)
    return trace


async def _note_reuse(
    session: aiohttp.ClientSession, context: SimpleNamespace, params: Any
) -> None:
    attempt = reused.get()
    if attempt is not None:
        attempt["reused"] = True


def is_disconnect(error: BaseException) -> bool:
    """Say whether an open connection broke (as against one that could not be made)."""
    cause = _cause(error)
    return isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError) and not (
        isinstance(cause, aiohttp.ClientConnectorError)
    )


def may_connect_later(error: BaseException) -> bool:
    """Say whether making the connection failed for a reason that may pass at once."""
    cause = _cause(error)
    return isinstance(cause, aiohttp.ClientConnectorError) and not isinstance(
        cause,
        aiohttp.ClientConnectorDNSError
        | aiohttp.ClientConnectorCertificateError
        | aiohttp.ClientConnectorSSLError,
    )


def connection_error(error: BaseException, connect_seconds: float) -> UpstreamError:
    """Translate what the transport raised before an answer began."""
    cause = _cause(error)
    if isinstance(cause, aiohttp.ServerTimeoutError):
        return TimedOut("connect", connect_seconds)
    if isinstance(cause, aiohttp.ClientResponseError | aiohttp.ClientPayloadError):
        return Malformed("The server does not speak HTTP.")
    return Unreachable(_why(cause))


def _why(cause: BaseException) -> str:
    """Say why in our own words: those of the system may hold addresses."""
    reasons: tuple[tuple[type[BaseException], str], ...] = (
        (aiohttp.ClientConnectorDNSError, "The name of the server cannot be resolved."),
        (aiohttp.ClientConnectorCertificateError, "The certificate of the server is not valid."),
        (aiohttp.ClientConnectorSSLError, "TLS with the server failed."),
        (aiohttp.ClientProxyConnectionError, "The proxy cannot be reached."),
        (aiohttp.ClientHttpProxyError, "The proxy refused the connection."),
        (aiohttp.ClientConnectorError, "The server cannot be reached."),
    )
    default = "The server closed the connection without an answer."
    return next((words for kind, words in reasons if isinstance(cause, kind)), default)


def _cause(error: BaseException) -> BaseException:
    """Give aiohttp's error: httpx-aiohttp reports most of them as connect timeouts."""
    return error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
