"""Runs database code on threads: the only way from the event loop to the database."""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from chatsite import metrics

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
# More threads would only queue at SQLite's single writer, and each holds a PostgreSQL connection.
# With fewer threads, a stop waits longer behind messages that are being sent.
_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="database")
metrics.THREAD_QUEUE.read_from(_pool._work_queue.qsize)  # noqa: SLF001 - it has no other name


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call ``function`` on another thread with a live database connection; return its result.

    Channels would use the one thread that all sockets share, where a single slow query delays
    every token. Cancelling the caller does not stop ``function``: it must be safe to let it
    finish.
    """
    context = contextvars.copy_context()
    call = partial(context.run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_pool, _connected, call)


async def in_thread_with_retries(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """As :func:`in_thread`, repeated for as long as the database refuses connections.

    For writes that must survive a restart of the database; ``function`` must be safe to repeat.
    """
    while True:
        try:
            return await in_thread(function, *args, **kwargs)
        except (OperationalError, InterfaceError):
            logger.exception("The database failed in %s; trying again.", function.__name__)
            await asyncio.sleep(RETRY_SECONDS)


def _connected(call: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return call()
    finally:
        if connection.vendor == "sqlite":
            # Opening the file costs three times as much as a query, and it never goes stale.
            connection.close_at = None
        close_old_connections()
