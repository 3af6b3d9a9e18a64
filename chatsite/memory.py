"""How the process takes memory from the system and gives it back."""

import ctypes
import gc
from contextlib import suppress

from django.urls import get_resolver

# So many new objects make a walk of the garbage collector. With Python's 700 a site with two
# hundred answers walks all the time, and mostly through what is still in use, which full walks meet
# again: one of those takes 100 ms, in which no token is sent.
NEW_OBJECTS = 10_000

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
    gc.set_threshold(NEW_OBJECTS, *gc.get_threshold()[1:])


def share_regions() -> None:
    """Have all threads take memory from :data:`ARENAS` regions; nothing where there is no glibc."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, ARENAS)
