"""One process that serves the site, from the open port to the last written answer."""

import asyncio
import logging
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from chatsite import health
from chatsite.server import Server

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 10
# How long browsers have to answer our close frame before their connections are cut.
FAREWELL_SECONDS = 0.5
# How long a thread that asks the database may keep the event loop waiting, with Python's usual
# 5 ms for each of them: the tokens of all answers wait then.
SWITCH_SECONDS = 0.0005


class PortUnavailable(Exception):
    """The site cannot listen where it should."""


class Serving:
    """Runs `application` until SIGTERM or SIGINT; then ends in an order that loses nothing.

    `drain` writes down whatever is being answered. `kill -9` must be survived as well, so nothing
    here is more than a courtesy: answers end sooner and browsers reconnect sooner.
    """

    def __init__(
        self,
        application: Any,
        *,
        host: str,
        port: int,
        on_listening: Callable[[int], None],
        drain: Callable[[], Awaitable[None]],
    ) -> None:
        self._server = Server(application, host=host, port=port, on_listening=on_listening)
        self._drain = drain
        self._shutdown: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Serve; returns after a signal. Raises `PortUnavailable` when the port is taken."""
        sys.setswitchinterval(SWITCH_SECONDS)
        # From the running loop: a signal that uvloop handles before it runs is lost.
        self._server.loop.call_soon(self._handle_signals)
        self._server.run()
        if self._server.listen_failure:
            raise PortUnavailable(self._server.listen_failure)

    def spawn(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` beside the server once it serves."""
        self._beside = self._server.loop.create_task(_logged(work))

    def _handle_signals(self) -> None:
        # daphne's own handlers would stop at once: sockets closed with 1006, tasks dropped.
        for number in (signal.SIGTERM, signal.SIGINT):
            self._server.loop.add_signal_handler(number, self._stop)

    def _stop(self) -> None:
        if self._shutdown is None:
            logger.info("Ending: no new work is taken, running answers are written down.")
            self._shutdown = self._server.loop.create_task(self._end())
        else:
            self._server.stop()

    async def _end(self) -> None:
        health.begin_draining()
        try:
            await self._server.close_listeners()
            async with asyncio.timeout(DRAIN_SECONDS):
                await self._drain()
        except Exception:
            logger.exception("Some answers were not written to their end; the next start does it.")
        self._server.close_websockets()
        await asyncio.sleep(FAREWELL_SECONDS)
        self._server.stop()


async def _logged(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:
        logger.exception("A background task of the server failed.")
