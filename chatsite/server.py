"""daphne, with bounds on requests and messages, and an orderly shutdown."""

import asyncio
import logging
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

from twisted.internet import asyncioreactor


def _event_loop() -> asyncio.AbstractEventLoop:
    try:
        import uvloop  # noqa: PLC0415 - not made for every platform
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


# daphne installs a reactor on import unless there is one; this one has the faster loop.
if "twisted.internet.reactor" not in sys.modules:
    asyncioreactor.install(_event_loop())

import daphne.server  # noqa: E402
from autobahn.exception import Disconnected  # noqa: E402
from daphne import http_protocol, ws_protocol  # noqa: E402
from daphne.http_protocol import HTTPFactory  # noqa: E402
from daphne.ws_protocol import WebSocketFactory  # noqa: E402
from twisted.internet import reactor  # noqa: E402

from chatsite import metrics, steady_time  # noqa: E402
from chatsite.connection_bounds import CountedTransport, bounds  # noqa: E402
from chatsite.housekeeping import Entry, Housekeeping  # noqa: E402
from chatsite.http_connection import Connection  # noqa: E402
from chatsite.http_request import LimitedRequest  # noqa: E402
from chatsite.listener import BACKLOG, close_when_empty  # noqa: E402
from chatsite.message_queue import MessageQueue  # noqa: E402
from chatsite.request_body import BODY  # noqa: E402
from chatsite.socket_protocol import Socket  # noqa: E402

steady_time.measure(reactor, daphne.server, http_protocol, ws_protocol)

logger = logging.getLogger(__name__)

# A message holds at most one prompt, of 100,000 characters of up to four bytes. A prompt of twice
# that length still gets through, so that the application can refuse it with a message.
WEBSOCKET_MAX_BYTES = 1024 * 1024
# Well under a day, after which the channel layer drops a socket's groups.
WEBSOCKET_SECONDS = 4 * 3600
PING_SECONDS = 20
# Proxies and load balancers close an idle connection after 60 s by default. One that is closed on
# this side first may swallow a request that is on its way.
IDLE_SECONDS = 75


class LimitedHTTPFactory(HTTPFactory):
    """Creates connections with bounded requests."""

    protocol = Connection

    def __init__(self, server: Any) -> None:
        super().__init__(server)
        self.bounds = bounds()
        self.bounds.show()

    def buildProtocol(self, addr: Any) -> Any:
        """A connection from `addr`; None, which closes it, if there are too many."""
        if not self.bounds.admits(addr.host):
            return None
        connection = super().buildProtocol(addr)
        connection.requestFactory = LimitedRequest
        connection.timeOut = IDLE_SECONDS
        return connection


class Server(Housekeeping):
    """Serves `application` on one port and calls `on_listening(port)` once it listens."""

    def __init__(
        self,
        application: Any,
        *,
        host: str,
        port: int,
        on_listening: Callable[[int], None],
    ) -> None:
        interface = host.replace(":", r"\:")
        super().__init__(
            application,
            endpoints=[f"tcp:port={port}:interface={interface}:backlog={BACKLOG}"],
            signal_handlers=False,
            websocket_timeout=WEBSOCKET_SECONDS,
            ping_interval=PING_SECONDS,
            ping_timeout=PING_SECONDS,
            websocket_max_message_size=WEBSOCKET_MAX_BYTES,
            websocket_max_frame_size=WEBSOCKET_MAX_BYTES,
            server_name="",
        )
        self._on_listening = on_listening
        self._ports: list[Any] = []
        self.listen_failure = ""
        # From then on each connection is closed with its next reply.
        self.is_leaving = False
        metrics.SOCKETS.read_from(self._open_websockets)

    def _open_websockets(self) -> int:
        return sum(isinstance(each, Socket) for each in list(self.connections))

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop that everything in this process runs on."""
        loop: asyncio.AbstractEventLoop = reactor._asyncioEventloop  # noqa: SLF001
        return loop

    @property
    def http_factory(self) -> HTTPFactory:
        """The factory for HTTP; daphne's `run` assigns its own, which is replaced by ours."""
        return self._http_factory

    @http_factory.setter
    def http_factory(self, _unlimited: HTTPFactory) -> None:
        self._http_factory = LimitedHTTPFactory(self)

    @property
    def ws_factory(self) -> WebSocketFactory:
        """The factory for websockets; its protocol is replaced by ours on assignment."""
        return self._ws_factory

    @ws_factory.setter
    def ws_factory(self, factory: WebSocketFactory) -> None:
        factory.protocol = Socket
        self._ws_factory = factory

    def create_application(self, protocol: Any, scope: Any) -> Any:
        """Run the application for a request; it reads the body, if there is one, from the scope."""
        if body := getattr(protocol, "body", None):
            scope[BODY] = body
        scope.setdefault("asgi", {"version": "3.0"})
        queue = MessageQueue()
        running = self.application(
            scope=scope, receive=queue.get, send=partial(self.handle_reply, protocol)
        )
        self.connections[protocol]["application_instance"] = asyncio.ensure_future(running)
        return queue

    async def handle_reply(self, protocol: Any, message: Any) -> None:
        """Pass on a message of the application, as fast as the client reads."""
        if isinstance(protocol, Socket):
            await self._reply_to_socket(protocol, message)
            return
        await super().handle_reply(protocol, message)
        if room := getattr(protocol, "room", None):
            await room

    async def _reply_to_socket(self, socket: Socket, message: Any) -> None:
        if "disconnected" in self.connections.get(socket, {"disconnected": 0}):
            return
        try:
            await socket.reply(message)
        except Disconnected:
            raise
        except Exception as error:
            logger.exception("A websocket could not be sent to, and is dropped.")
            self.drop(socket)
            raise Disconnected from error

    def listen_success(self, port: Any) -> None:
        """The port is open."""
        super().listen_success(port)
        port.transport = CountedTransport
        self._ports.append(port)
        # From the running loop: before that, no request is answered.
        self.loop.call_soon(self._on_listening, port.getHost().port)

    def listen_error(self, failure: Any) -> None:
        """The port is unavailable; `listen_failure` has the reason, and `run` returns."""
        self.listen_failure = failure.getErrorMessage()
        self.stop()

    def take_no_more(self) -> None:
        """Accept no new connections: a proxy that is refused one goes to another process.

        Requests on open connections are answered.
        """
        self.is_leaving = True
        while self._ports:
            close_when_empty(self._ports.pop())

    @property
    def is_answering(self) -> bool:
        """True while a request is being answered, or its client has still to be sent the end."""
        return any(map(_is_answered, self.connections.items())) or any(
            isinstance(getattr(each, "protocol", None), Connection) for each in _writers()
        )

    def close_websockets(self) -> None:
        """Close every open websocket with a code that makes browsers reconnect."""
        self.for_each(_close_for_restart)


def _is_answered(connection: tuple[Any, Entry]) -> bool:
    protocol, entry = connection
    application: asyncio.Future[None] | None = entry.get("application_instance")
    is_open = "disconnected" not in entry and not isinstance(protocol, Socket)
    return is_open and application is not None and not application.done()


def _writers() -> list[Any]:
    """The connections whose clients have not read all that was written."""
    any_reactor: Any = reactor
    return list(any_reactor.getWriters())


def _close_for_restart(protocol: Any, entry: Entry) -> None:
    if isinstance(protocol, Socket) and "disconnected" not in entry:
        protocol.close_for_restart()
