"""A server whose application fails, on a machine whose clock is set back by an hour as soon as it
listens. Prints the port; run as a process of its own."""

import asyncio
import time
from typing import Any

_true_time = time.time
_wrong_by = [0]
# Before anything takes the function for its own.
time.time = lambda: _true_time() - _wrong_by[0]

from chatsite.server import Server  # noqa: E402 - this chooses the event loop


async def _fail(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(0)
    raise OSError("The database is away.")


def _set_back(port: int) -> None:
    _wrong_by[0] = 3600
    print(port, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    Server(_fail, host="127.0.0.1", port=0, on_listening=_set_back).run()
