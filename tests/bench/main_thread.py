"""The work of a page's main thread, from Chromium's trace.

Times are those of the thread's clock, which stands still while another process has the core: they
are the same beside other work, where durations by the wall are not. The slowing down that
`Emulation.setCPUThrottlingRate` does is in them.
"""

import json
from collections import Counter
from dataclasses import dataclass

CATEGORIES = ["toplevel", "__metadata"]
LONG_TASK_MS = 50


@dataclass(frozen=True)
class MainThread:
    """``tasks``: milliseconds of each task; ``stretched``: how many were long by the wall."""

    tasks: list[float]
    stretched: int

    @classmethod
    def of(cls, trace: bytes) -> "MainThread":
        """That of the renderer which did most. The trace has to hold ``CATEGORIES``."""
        events = json.loads(trace)["traceEvents"]
        mains = {
            (each["pid"], each["tid"])
            for each in events
            if each["name"] == "thread_name" and each["args"]["name"] == "CrRendererMain"
        }
        tasks = [
            each
            for each in events
            if each["name"] == "ThreadControllerImpl::RunTask" and each["ph"] == "X"
        ]
        busy = Counter(
            thread for each in tasks if (thread := (each["pid"], each["tid"])) in mains
        ).most_common(1)[0][0]
        own = [each for each in tasks if (each["pid"], each["tid"]) == busy]
        return cls(
            [each.get("tdur", 0) / 1000 for each in own],
            sum(each["dur"] / 1000 > LONG_TASK_MS for each in own),
        )

    @property
    def total(self) -> float:
        """Milliseconds in all."""
        return sum(self.tasks)

    @property
    def longest(self) -> float:
        """Milliseconds of the longest task."""
        return max(self.tasks)

    @property
    def long(self) -> int:
        """The number of tasks that blocked the page for more than 50 ms."""
        return sum(task > LONG_TASK_MS for task in self.tasks)
