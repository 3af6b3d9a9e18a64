"""The memory of the process: what the collector walks through, and where threads take theirs."""

import gc
import platform
import subprocess
import sys

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

# The full walks of a process that leaves five thousand rings of objects, one after the other.
_RINGS = """
import gc
from chatsite import memory

loaded = [[] for _ in range(400_000)]
memory.get_resolver = lambda: type("Resolver", (), {"url_patterns": ()})
memory.keep_from_the_collector()
before = gc.get_stats()[2]["collections"]
for _ in range(5_000):
    ring = [[] for _ in range(100)]
    ring.append(ring)
print(gc.get_stats()[2]["collections"] - before)
"""


def regions(kind: str) -> int:
    """The number of regions of such a process, its first one included."""
    program = [sys.executable, "-c", _REGIONS, kind]
    return subprocess.run(program, capture_output=True, check=True, text=True).stdout.count("<heap")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other libraries have no regions")
def test_threads_share_two_regions_of_memory() -> None:
    assert regions("shared") <= memory.ARENAS
    assert regions("own") > memory.ARENAS


def test_a_walk_of_the_collector_passes_by_what_the_site_has_loaded() -> None:
    try:
        memory.keep_from_the_collector()
        assert gc.get_freeze_count() > 10 * len(gc.get_objects())
    finally:
        gc.unfreeze()


def test_what_is_loaded_does_not_put_off_the_full_walk() -> None:
    program = [sys.executable, "-c", _RINGS]
    walks = subprocess.run(program, capture_output=True, check=True, text=True).stdout
    assert int(walks) > 0
