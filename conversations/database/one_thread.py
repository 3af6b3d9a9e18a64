"""One thread for what costs much of the processor, such as reading a large body.

Several of these at once would take turns with the event loop, and hold up the tokens of all answers
each time; and each takes several times its size of memory for a moment.
"""

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="large-body")


async def on_one_thread(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Call ``function`` once those before it are through; it must not use the database."""
    call = partial(contextvars.copy_context().run, function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_thread, call)


def one_after_the_other(function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """As :func:`on_one_thread`, for a view that has a thread of its own."""
    call = partial(contextvars.copy_context().run, function, *args, **kwargs)
    return _thread.submit(call).result()
