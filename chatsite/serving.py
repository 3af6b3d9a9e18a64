"""The process that serves the site, from the open port to an orderly shutdown."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Protocol

from chatsite import health, loop_delay, memory
from chatsite.server import Server

logger = logging.getLogger(__name__)

# Requests have this long to be answered, and so have answers that pages follow in other processes
# to come to their end.
GRACE_SECONDS = 6.5
# Storing the others is given up after this, counted from the signal too.
DRAIN_SECONDS = 8
# Browsers have this long to answer our close frame, connections that were just accepted to bring
# their requests, and clients to read the end of a reply.
CLOSE_SECONDS = 0.5
LOOK_SECONDS = 0.05
# Container runtimes end a process by force ten seconds after they have asked it to end; on a busy
# machine the end itself takes some tenths of a second.
END_SECONDS = 9
# The most that a database thread may delay the event loop, which delays the tokens of all answers.
# Python's default is 5 ms for each thread.
SWITCH_SECONDS = 0.0005


class PortUnavailable(Exception):
    """The configured port is in use or not permitted."""


_NOT_STORED = "Some answers were not stored completely; the next start recovers them."


class Answers(Protocol):
    """The running answers of this process, as far as its end concerns them."""

    @property
    def is_busy(self) -> bool:
        """True while an answer runs, or is about to."""

    @property
    def is_shown_elsewhere(self) -> bool:
        """True if pages can follow in other processes what runs here."""

    def interrupt(self) -> None:
        """End all of them, and each that begins from now on."""

    async def drain(self) -> None:
        """Interrupt them, wait until they are stored, and close."""


class Serving:
    """Runs `application` until SIGTERM or SIGINT, then shuts it down in order.

    `answers` gives the running answers. The site survives `kill -9` as well; an orderly shutdown
    lets answers and requests come to their end, and reconnects browsers sooner.
    """

    def __init__(
        self,
        application: Any,
        *,
        host: str,
        port: int,
        on_listening: Callable[[int], None],
        answers: Callable[[], Answers],
    ) -> None:
        self._server = Server(application, host=host, port=port, on_listening=on_listening)
        self._answers = answers
        self._shutdown: asyncio.Task[None] | None = None
        # A running task without a reference may be garbage-collected.
        self._beside: list[asyncio.Task[None]] = []

    def run(self) -> None:
        """Serve until a signal. Raises `PortUnavailable` if the site cannot listen."""
        sys.setswitchinterval(SWITCH_SECONDS)
        memory.share_regions()
        memory.keep_from_the_collector()
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
            logger.info("Shutting down: no new connections are accepted.")
            _leave_later()
            self._shutdown = self._server.loop.create_task(self._end())
        else:
            self._server.stop()

    async def _end(self) -> None:
        health.begin_draining()
        try:
            await self._leave()
            await self._quiet(lambda: self._server.is_answering, CLOSE_SECONDS)
        except TimeoutError:
            # The database is away or hangs, which is no error of the program.
            logger.warning("%s It took longer than %s s.", _NOT_STORED, DRAIN_SECONDS)
        except Exception:
            logger.exception(_NOT_STORED)
        finally:
            self._server.stop()

    async def _leave(self) -> None:
        answers = self._answers()
        async with asyncio.timeout(DRAIN_SECONDS):
            self._server.take_no_more()
            if not answers.is_shown_elsewhere:
                # Nobody can read them or write anything meanwhile: the next start comes first.
                answers.interrupt()
            await self._quiet(lambda: True, CLOSE_SECONDS)
            await self._quiet(
                lambda: answers.is_busy or self._server.is_answering, GRACE_SECONDS - CLOSE_SECONDS
            )
            await answers.drain()

    async def _quiet(self, is_busy: Callable[[], bool], seconds: float) -> None:
        """Wait until it is busy no more, so long at most, and send pages away."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while is_busy():
                    # Some open a websocket on a connection that was just accepted.
                    self._server.close_websockets()
                    await asyncio.sleep(LOOK_SECONDS)


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
