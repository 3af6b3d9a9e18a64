"""Loops that run for as long as the process."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

logger = logging.getLogger(__name__)

RETRY_SECONDS = 0.5


async def run_for_ever(loop: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a loop, and start it again when it fails: all answers depend on each of them."""
    while True:
        try:
            await loop()
        except Exception:
            logger.exception("%s failed; it begins again.", loop.__qualname__)
            await asyncio.sleep(RETRY_SECONDS)
