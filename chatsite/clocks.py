"""The time that a client has for sending the headers and the body of a request."""

import asyncio
from collections.abc import Callable

# From the connection, or the first byte of a later request, to the end of the headers.
HEADERS_SECONDS = 30
# Without any byte of the body; and for all of it, beside what its size needs.
BODY_SECONDS = 30
# A body of a given size may take as long as it takes at this rate, and BODY_SECONDS more: 20 MB
# from a telephone with one bar get through, and 16 kB at a byte in ten seconds do not.
SLOWEST_BYTES = 4096


class Clock:
    """Calls `late` once what is being sent has not arrived in time.

    One timer for each connection: it is not set again for each byte, but looks at the deadline
    when it fires.
    """

    def __init__(self, late: Callable[[], None]) -> None:
        self._late = late
        self._timer: asyncio.TimerHandle | None = None
        self._is_body = False
        self._began = self._last = self._paused_at = 0.0
        self._received = 0

    @property
    def runs(self) -> bool:
        """True while something is awaited from the client."""
        return self._timer is not None

    def await_headers(self) -> None:
        """The client has to send the headers of a request from now on."""
        self._start(is_body=False)

    def await_body(self) -> None:
        """The client has to send a body from now on."""
        self._start(is_body=True)

    def note(self, size: int) -> None:
        """So many bytes of the body have arrived."""
        self._received += size
        self._last = _now()

    def pause(self) -> None:
        """The site does not read: the time until `resume` is not the client's."""
        if self._timer:
            self.stop()
            self._paused_at = _now()

    def resume(self) -> None:
        """The site reads again."""
        if self._paused_at:
            waited = _now() - self._paused_at
            self._began, self._last = self._began + waited, self._last + waited
            self._set()

    def stop(self) -> None:
        """Nothing is awaited from the client any more."""
        if self._timer:
            self._timer.cancel()
        self._timer, self._paused_at = None, 0.0

    def _start(self, *, is_body: bool) -> None:
        self._is_body, self._received = is_body, 0
        self._began = self._last = _now()
        self._set()

    def _set(self) -> None:
        self.stop()
        self._timer = asyncio.get_running_loop().call_at(self._deadline, self._look)

    @property
    def _deadline(self) -> float:
        if not self._is_body:
            return self._began + HEADERS_SECONDS
        whole = self._began + BODY_SECONDS + self._received / SLOWEST_BYTES
        return min(whole, self._last + BODY_SECONDS)

    def _look(self) -> None:
        if _now() < self._deadline:
            self._set()
            return
        self.stop()
        self._late()


def _now() -> float:
    return asyncio.get_running_loop().time()
