"""The transport below httpx: aiohttp's connections, with an address policy.

httpx's own pool leaks a connection when a task that waits for it is cancelled, and costs twice the
time per token; httpx-aiohttp provides aiohttp's pool under the same API.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import aiohttp
import httpx
from aiohttp.abc import ResolveResult
from httpx_aiohttp.transport import AiohttpResponseStream, AiohttpTransport

from .address_policy import AddressPolicy
from .errors import AddressRefused, Malformed, TimedOut, Unreachable, UpstreamError

KEEPALIVE_SECONDS = 30.0
# With twice this unread, a server has to wait for us. aiohttp's 64 kB would let each answer whose
# reader is slow take half a megabyte, because a read of the socket adds up to 256 kB to it.
READ_BYTES = 16 * 1024

# So much is read at once: an answer that comes in one piece must not hold up the others.
MOST_BYTES = 16 * 1024

# A connection that broke, while aiohttp or httpx reads it.
BROKEN = (httpx.HTTPError, httpx.StreamError, aiohttp.ClientError, OSError)

# aiohttp's own response, among the extensions of the one of httpx.
RECEIVED = "received"

# Records if the request of this task is sent over a reused connection.
reused: ContextVar[dict[str, bool] | None] = ContextVar("reused", default=None)


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Return the one TLS context of the process: creating one takes tens of milliseconds."""
    return httpx.create_ssl_context(trust_env=False)


class _Forbidden(OSError):
    """The address policy refuses a connection.

    An OSError, since aiohttp wraps no other exceptions into its own errors.
    """


class _CheckedResolver(aiohttp.ThreadedResolver):
    """Resolves names, and refuses a name if any of its addresses is refused."""

    def __init__(self, policy: AddressPolicy) -> None:
        super().__init__()
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return the addresses of a name. Raises OSError."""
        if not self._policy.allows_name(host):
            raise _Forbidden
        found = await super().resolve(host, port, family)
        if not all(self._policy.allows(each["host"]) for each in found):
            raise _Forbidden
        return found


class _Body(AiohttpResponseStream):
    """The body of a response. It is read by :func:`read`."""

    async def aclose(self) -> None:
        """Close it, with an exception of its own for whoever still reads.

        aiohttp has one for all, whose traceback would keep every answer that was ever stopped.
        """
        content = self._aiohttp_response.content
        if content.exception() is None:
            content.set_exception(aiohttp.ClientConnectionError("Connection closed"))
        await super().aclose()


async def read(response: httpx.Response) -> bytes:
    """The next bytes of a body, b"" at its end. Raises one of `BROKEN` after the last that came.

    httpx would pass each of them through five generators, which cost as much as decoding them.
    """
    content: aiohttp.StreamReader = response.extensions[RECEIVED].content
    try:
        return await content.read(MOST_BYTES)
    except BROKEN:
        # aiohttp's reader raises before it returns the bytes that it still has.
        if unread := _unread(content):
            return unread
        raise


def pause(response: httpx.Response) -> asyncio.Transport | None:
    """Read nothing more of a response; gives the transport that reads no more, for `resume`.

    None where nothing is to be resumed: the body has ended and its connection went back to the
    pool, or aiohttp itself reads no more, since it has enough that was not asked for.
    """
    received = response.extensions.get(RECEIVED)
    connection = received and received.connection
    transport: asyncio.Transport | None = connection.transport if connection else None
    if transport is None or not transport.is_reading():
        return None
    transport.pause_reading()
    return transport


def resume(transport: asyncio.Transport) -> None:
    """Read on, unless the connection was closed meanwhile."""
    if not transport.is_closing():
        transport.resume_reading()


def _unread(reader: aiohttp.StreamReader) -> bytes:
    error = reader.exception()
    if error is None:
        return b""
    reader.set_exception(None)  # type: ignore[arg-type]  # else it is raised again
    try:
        return reader.read_nowait()
    finally:
        reader.set_exception(error)


class _Transport(AiohttpTransport):
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises httpx.HTTPError."""
        response = await super().handle_async_request(request)
        if isinstance(response.stream, AiohttpResponseStream):
            received = response.stream._aiohttp_response  # noqa: SLF001 - it has no other name
            response.stream = _Body(received)
            response.extensions[RECEIVED] = received
        return response


def open_transport(*, proxy: str | None, policy: AddressPolicy) -> AiohttpTransport:
    """Create a transport with a pool of its own. It connects only inside a running loop.

    The pool grows with the calls: a call that waited for a connection would wait in silence.
    With a ``proxy``, the policy applies to the proxy, which makes the connection to the server.
    """
    return _Transport(
        verify=tls_context(),
        trust_env=False,
        proxy=httpx.Proxy(proxy) if proxy else None,
        client=_session_maker(policy),
    )


def _session_maker(policy: AddressPolicy) -> Callable[[], aiohttp.ClientSession]:
    def open_socket(target: aiohttp.AddrInfoType) -> socket.socket:
        # Called with the address that is connected to next: a host that is written as a number is
        # never resolved.
        family, kind, protocol, _, address = target
        if not policy.allows(str(address[0])):
            raise _Forbidden
        return socket.socket(family, kind, protocol)

    def open_session() -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            limit=0,  # none
            keepalive_timeout=KEEPALIVE_SECONDS,
            ssl=tls_context(),
            resolver=_CheckedResolver(policy),
            socket_factory=open_socket,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            read_bufsize=READ_BYTES,
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
    """Return whether an open connection broke, and not one that could not be made."""
    cause = _cause(error)
    return isinstance(cause, aiohttp.ServerDisconnectedError | aiohttp.ClientOSError) and not (
        isinstance(cause, aiohttp.ClientConnectorError)
    )


def may_connect_later(error: BaseException) -> bool:
    """Return whether the connection could not be made for a reason that may be temporary."""
    cause = _cause(error)
    if not isinstance(cause, aiohttp.ClientConnectorError) or _is_forbidden(cause):
        return False
    return not isinstance(
        cause,
        aiohttp.ClientConnectorDNSError
        | aiohttp.ClientConnectorCertificateError
        | aiohttp.ClientConnectorSSLError,
    )


def connection_error(error: BaseException, connect_seconds: float) -> UpstreamError:
    """Translate an exception of the transport before a response."""
    cause = _cause(error)
    if _is_forbidden(cause):
        return AddressRefused("The address policy of this site does not allow this address.")
    if isinstance(cause, aiohttp.InvalidURL):
        return AddressRefused("The host must be a name or an address written in full.")
    if isinstance(cause, aiohttp.ServerTimeoutError):
        return TimedOut("connect", connect_seconds)
    if isinstance(cause, aiohttp.ClientResponseError | aiohttp.ClientPayloadError):
        return Malformed("The server does not speak HTTP.")
    return Unreachable(_reason(cause))


def _is_forbidden(cause: BaseException) -> bool:
    return isinstance(cause, aiohttp.ClientConnectorError) and isinstance(
        cause.os_error, _Forbidden
    )


def _reason(cause: BaseException) -> str:
    """Return the reason in our own words: messages of the system may contain addresses."""
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
    """Return aiohttp's error: httpx-aiohttp reports most of them as connect timeouts."""
    return error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError) else error
