"""The process that serves the site, from the open port to an orderly shutdown."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

from django.urls import get_resolver

from chatsite import health, loop_delay
from chatsite.server import Server

logger = logging.getLogger(__name__)

DRAIN_SECONDS = 7
# Browsers have this long to answer our close frame before they are disconnected.
CLOSE_SECONDS = 0.5
# Container runtimes end a process by force ten seconds after they have asked it to end; on a busy
# machine the end itself takes some tenths of a second.
END_SECONDS = 9
# The most that a database thread may delay the event loop, which delays the tokens of all answers.
# Python's default is 5 ms for each thread.
SWITCH_SECONDS = 0.0005


class PortUnavailable(Exception):
    """The configured port is in use or not permitted."""


_NOT_STORED = "Some answers were not stored completely; the next start recovers them."


class Serving:
    """Runs `application` until SIGTERM or SIGINT, then shuts it down in order.

    `drain` stores the running answers. The site survives `kill -9` as well; an orderly shutdown
    only ends answers and reconnects browsers sooner.
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
        # A running task without a reference may be garbage-collected.
        self._beside: list[asyncio.Task[None]] = []

    def run(self) -> None:
        """Serve until a signal. Raises `PortUnavailable` if the site cannot listen."""
        sys.setswitchinterval(SWITCH_SECONDS)
        _keep_from_the_collector()
        # From the running loop: uvloop loses signals that arrive before it runs.
        self._server.loop.call_soon(self._handle_signals)
        self._server.loop.call_soon(loop_delay.watch, self._server.loop)
        self._server.run()
        if self._server.listen_failure:
            raise PortUnavailable(self._server.listen_failure)

    def spawn(self, work: Callable[[], Awaitable[None]]) -> None:
        """Run `work` in the background once the server runs."""
        self._beside.append(self._server.loop.create_task(_logged(work)))

    def _handle_signals(self) -> None:
        # daphne's own handlers would stop at once, with dropped tasks and sockets closed by 1006.
        for number in (signal.SIGTERM, signal.SIGINT):
            self._server.loop.add_signal_handler(number, self._stop)

    def _stop(self) -> None:
        if self._shutdown is None:
            logger.info("Shutting down: no new requests are accepted, running answers are stored.")
            _leave_later()
            self._shutdown = self._server.loop.create_task(self._end())
        else:
            self._server.stop()

    async def _end(self) -> None:
        health.begin_draining()
        try:
            await self._store_answers()
            self._server.close_websockets()
            await asyncio.sleep(CLOSE_SECONDS)
        finally:
            self._server.stop()

    async def _store_answers(self) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await _logged(self._server.close_listeners)
                await self._drain()
        except TimeoutError:
            # The database is away or hangs, which is no error of the program.
            logger.warning("%s It took longer than %s s.", _NOT_STORED, DRAIN_SECONDS)
        except Exception:
            logger.exception(_NOT_STORED)


def _keep_from_the_collector() -> None:
    """Take what is loaded by now out of the walks of the garbage collector.

    A full walk stops every answer, and the modules of the site alone make it last 100 ms.
    """
    get_resolver().url_patterns  # noqa: B018 - loads every view
    gc.collect()
    gc.freeze()


def _leave_later() -> None:
    """End the process by force unless it has ended by itself by then.

    A thread that waits for a database that does not answer would keep it alive for ever. What was
    not stored is recovered by the next start, as after `kill -9`.
    """
    timer = threading.Timer(END_SECONDS, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    logger.error("The process did not end by itself within %s s; it leaves now.", END_SECONDS)
    logging.shutdown()
    os._exit(1)


async def _logged(work: Callable[[], Awaitable[None]]) -> None:
    try:
        await work()
    except Exception:
        logger.exception("A background task of the server failed.")
