"""The memory of the process: what the collector walks through, and where threads take theirs."""

import gc
import platform
import subprocess
import sys
from collections.abc import Iterator

import pytest

from chatsite import memory

# The regions of a process whose twelve threads all had memory at the same time.
_REGIONS = """
import ctypes, sys, threading
from chatsite import memory

if sys.argv[1] == "shared":
    memory.share_regions()
libc, all_have = ctypes.CDLL(None), threading.Barrier(12)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]

def take():
    libc.malloc(5000)
    all_have.wait()

threads = [threading.Thread(target=take) for _ in range(12)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.malloc_info(0, libc.fopen(b"/dev/stdout", b"w"))
libc.fflush(None)
"""


def regions(kind: str) -> int:
    """The number of regions of such a process, its first one included."""
    program = [sys.executable, "-c", _REGIONS, kind]
    return subprocess.run(program, capture_output=True, check=True, text=True).stdout.count("<heap")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries have no regions")
def test_threads_share_two_regions_of_memory() -> None:
    assert regions("shared") <= memory.ARENAS
    assert regions("own") > memory.ARENAS


@pytest.fixture
def kept() -> Iterator[None]:
    """A process that has kept what it has loaded from the collector."""
    before = gc.get_threshold()
    try:
        memory.keep_from_the_collector()
        yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*before)


@pytest.mark.usefixtures("kept")
def test_a_walk_of_the_collector_passes_by_what_the_site_has_loaded() -> None:
    assert gc.get_freeze_count() > 10 * len(gc.get_objects())


@pytest.mark.usefixtures("kept")
def test_some_thousand_new_objects_make_no_walk() -> None:
    gc.collect()
    before = gc.get_stats()[0]["collections"]
    made = [[] for _ in range(memory.NEW_OBJECTS // 2)]
    assert gc.get_stats()[0]["collections"] == before
    made += [[] for _ in range(memory.NEW_OBJECTS)]
    assert gc.get_stats()[0]["collections"] > before
