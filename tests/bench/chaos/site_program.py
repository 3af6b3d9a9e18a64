"""`manage.py` with a clock that the bench steps: all of the site reads the time through here.

The file that CHAOS_CLOCK names has the seconds by which the clock is wrong, as a double. It is
mapped into memory, so that a step is seen at once by a running process.
"""

import mmap
import os
import struct
import sys
import time
from datetime import datetime, timedelta

import django
from django.core.management import execute_from_command_line
from django.utils import timezone

_SECONDS = struct.Struct("d")


def step_clock(file: str) -> None:
    """Make this process read a clock that is wrong by what the file says."""
    with open(file, "rb") as opened:  # noqa: PTH123 - mmap takes its number
        offset = mmap.mmap(opened.fileno(), _SECONDS.size, access=mmap.ACCESS_READ)
    true_now, true_time = timezone.now, time.time

    def seconds() -> float:
        return float(_SECONDS.unpack(offset[: _SECONDS.size])[0])

    def now() -> datetime:
        return true_now() + timedelta(seconds=seconds())

    timezone.now = now
    time.time = lambda: true_time() + seconds()


def set_clock(file: str, seconds: float) -> None:
    """Set the clock of the processes that read that file."""
    with open(file, "r+b" if os.path.exists(file) else "wb") as opened:  # noqa: PTH110, PTH123
        opened.write(_SECONDS.pack(seconds))


if __name__ == "__main__":
    step_clock(os.environ["CHAOS_CLOCK"])
    if name := os.environ.get("CHAOS_BREAK"):
        django.setup()
        from tests.bench.chaos.breaks import break_product  # of a Django that is set up

        break_product(name)
    execute_from_command_line(sys.argv)
