"""Loops that run for as long as the process."""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import Any

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5
CANCEL_SECONDS = 0.5


async def run_for_ever(loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a loop, and start it again when it fails: all answers depend on each of them."""
    while True:
        try:
            await loop()
        except Exception:
            logger.exception("%s failed; it begins again.", loop.__qualname__)
            await asyncio.sleep(RETRY_SECONDS)


async def end(loops: Collection[asyncio.Task[None]]) -> None:
    """Cancel the loops until each has ended: the client of Redis loses a cancellation that comes
    while it sends."""
    pending = set(loops)
    while pending:
        for loop in pending:
            loop.cancel()
        _ended, pending = await asyncio.wait(pending, timeout=CANCEL_SECONDS)
