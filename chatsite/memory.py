"""How the process takes memory from the system and gives it back."""

import ctypes
import gc
from contextlib import suppress

from django.urls import get_resolver

# glibc gives up to sixteen threads a region of memory each, and every request has a thread for a
# moment. What is freed in one region is no use to the others, so the process grows for as long as
# it has load: two regions halved that (41 and 32 MB an hour became 20). The interpreter's lock lets
# one thread at a time ask for memory, so that more regions make nothing faster.
ARENAS = 2
_M_ARENA_MAX = -8


def keep_from_the_collector() -> None:
    """Take what is loaded by now out of the walks of the garbage collector.

    A full walk stops every answer, and the modules of the site alone make it last 100 ms.
    """
    get_resolver().url_patterns  # noqa: B018 - loads every view
    gc.collect()
    gc.freeze()
    # The next full walk comes when a quarter of what the last one met is new: without this one,
    # after some hundred pages, whose rings of objects are 110 kB each.
    gc.collect()


def share_regions() -> None:
    """Have all threads take memory from :data:`ARENAS` regions; nothing where there is no glibc."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
