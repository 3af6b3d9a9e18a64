"""The regular look at every open connection, where a broken one ends itself and nothing else.

Imported after the event loop has been chosen: see chatsite.server.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import daphne.server
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.error import ReactorNotRunning

logger = logging.getLogger(__name__)

REAP_SECONDS = 1
TIMEOUT_CHECK_SECONDS = 2
# What a cancelled application may take to end at a shutdown. One that waits for a database that
# does not answer never ends.
KILL_SECONDS = 1

Entry = dict[str, Any]


class Housekeeping(daphne.server.Server):
    """A server whose `connections` has an entry for each open connection and for no other.

    daphne walks through all connections in one go, and an exception of a single one ends that walk
    for good: nothing is pinged, timed out or forgotten from then on, and a shutdown stops half
    way. Here each connection is looked at by itself, and dropped if that fails.
    """

    connections: dict[Any, Entry]

    def application_checker(self) -> None:
        """Forget the connections that are closed and whose applications have ended."""
        try:
            self.for_each(self._reap)
        finally:
            _later(REAP_SECONDS, self.application_checker)

    def timeout_checker(self) -> None:
        """Ping and time out each connection, and find those that closed without a word."""
        try:
            self.for_each(self._check)
        finally:
            _later(TIMEOUT_CHECK_SECONDS, self.timeout_checker)

    def for_each(self, look: Callable[[Any, Entry], None]) -> None:
        """Call `look` with each connection and its entry; drop those where it fails."""
        for protocol, entry in list(self.connections.items()):
            try:
                look(protocol, entry)
            except Exception:
                logger.exception("A connection failed, and is dropped. The others go on.")
                self.drop(protocol)

    def drop(self, protocol: Any) -> None:
        """Disconnect at once. The entry goes as soon as the application has ended."""
        self.protocol_disconnected(protocol)
        # Whatever is broken about it may break this too.
        with suppress(Exception):
            _transport_of(protocol).abortConnection()

    def protocol_disconnected(self, protocol: Any) -> None:
        """Note that a connection has closed; one that never got as far as an entry has none."""
        if protocol in self.connections:
            super().protocol_disconnected(protocol)

    def _check(self, protocol: Any, entry: Entry) -> None:
        if "disconnected" in entry:
            return
        if not getattr(_transport_of(protocol), "connected", False):
            logger.warning("A closed connection was still counted as open: %r.", protocol)
            self.protocol_disconnected(protocol)
        else:
            protocol.check_timeouts()

    def _reap(self, protocol: Any, entry: Entry) -> None:
        application: asyncio.Future[None] | None = entry.get("application_instance")
        if application and application.done():
            # First of all: what follows may fail, and must not be tried again every second.
            del entry["application_instance"]
            self._note_end(protocol, application, is_open="disconnected" not in entry)
        elif application and self._is_late(entry):
            logger.warning("An application did not end after its connection; it is cancelled.")
            application.cancel()
        if "disconnected" in entry and "application_instance" not in entry:
            del self.connections[protocol]

    def _is_late(self, entry: Entry) -> bool:
        closed_at: float = entry.get("disconnected", time.monotonic())
        return bool(time.monotonic() - closed_at > self.application_close_timeout)

    def _note_end(self, protocol: Any, application: asyncio.Future[None], *, is_open: bool) -> None:
        error = None if application.cancelled() else application.exception()
        if error:
            logger.error("Exception inside application: %s", error, exc_info=error)
            if is_open:
                protocol.handle_exception(error)

    def kill_all_applications(self) -> Any:
        """Cancel the running applications; Twisted waits for this before it stops."""
        running = [
            entry["application_instance"]
            for entry in self.connections.values()
            # A connection has none yet during an upload.
            if "application_instance" in entry
        ]
        for application in running:
            application.cancel()
        return Deferred.fromFuture(asyncio.ensure_future(_ended(running)))

    def stop(self) -> None:
        """Stop serving. A second call changes nothing."""
        with suppress(ReactorNotRunning):
            super().stop()


def _later(seconds: int, work: Callable[[], None]) -> None:
    any_reactor: Any = reactor
    any_reactor.callLater(seconds, work)


async def _ended(applications: list[asyncio.Future[None]]) -> None:
    if applications:
        done, _ = await asyncio.wait(applications, timeout=KILL_SECONDS)
        for each in done:
            # Python complains about an error that nobody has asked for.
            if not each.cancelled():
                each.exception()


def _transport_of(protocol: Any) -> Any:
    """The transport of a websocket or of an HTTP request; None once it has none."""
    if hasattr(protocol, "channel"):
        return getattr(protocol.channel, "transport", None)
    return getattr(protocol, "transport", None)
