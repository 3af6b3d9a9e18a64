"""Time limits of the server by a clock that nobody sets.

Twisted and daphne measure them by the time of day. When that is set back by an hour, for the next
hour no handshake would be refused, no socket pinged and no silent connection closed.
"""

import time
from types import ModuleType, SimpleNamespace
from typing import Any


def measure(reactor: Any, *modules: ModuleType) -> None:
    """Have the reactor, and modules that ask `time.time()` for nothing else, measure steadily."""
    reactor.seconds = time.monotonic
    for module in modules:
        vars(module)["time"] = SimpleNamespace(time=time.monotonic)
