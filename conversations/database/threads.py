"""The one door from the event loop to the database."""

import asyncio
import contextvars
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, close_old_connections, connection

P = ParamSpec("P")
R = TypeVar("R")

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
# More threads would only queue at SQLite's single writer, and each holds a PostgreSQL connection.
# With fewer a stop waits for longer behind the messages that are being sent.
_pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="database")


async def in_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What ``function`` gives, called on a thread of its own with a live database connection.

    Channels would run it on the one thread that all sockets share, where a single slow query
    delays every token. A cancelled caller does not stop ``function``: what it writes must be safe
    to have been written.
    """
    context = contextvars.copy_context()
    call = partial(context.run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_pool, _connected, call)


async def insist(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """As :func:`in_thread`, again and again until the database takes it.

    For what must be written though the database restarts; ``function`` must be safe to repeat.
    """
    while True:
        try:
            return await in_thread(function, *args, **kwargs)
        except (OperationalError, InterfaceError):
            logger.exception("The database did not take %s; trying again.", function.__name__)
            await asyncio.sleep(RETRY_SECONDS)


def _connected(call: Callable[[], R]) -> R:
    close_old_connections()
    try:
        return call()
    finally:
        if connection.vendor == "sqlite":
            # Opening the file costs three times what a query does, and it never goes stale.
            connection.close_at = None
        close_old_connections()
