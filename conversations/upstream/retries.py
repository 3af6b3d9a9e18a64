"""Decides whether a call may be sent again: never after the first byte of a completion."""

from .errors import Busy, UpstreamError
from .transport import is_disconnect, may_connect_later

CONNECT_DELAYS_SECONDS = (0.1, 0.4)
LONGEST_WAIT_SECONDS = 2.0


class Retries:
    """The retries of one call. Each method returns the seconds to wait, or None to give up.

    * a connection that could not be made: two retries;
    * a reused connection that broke before any byte: one retry, since the server had most likely
      closed it while it was idle (llama.cpp does so after every stream);
    * 429 and 503 with a Retry-After of at most 2 s: one retry. The caller decides on longer waits.
    """

    def __init__(self) -> None:
        self._connects = 0
        self._reconnected = False
        self._waited = False

    def after_break(self, error: BaseException, *, reused: bool) -> float | None:
        """Return the wait after a failure of the connection."""
        if may_connect_later(error) and self._connects < len(CONNECT_DELAYS_SECONDS):
            self._connects += 1
            return CONNECT_DELAYS_SECONDS[self._connects - 1]
        if reused and is_disconnect(error) and not self._reconnected:
            self._reconnected = True
            return 0.0
        return None

    def after_failure(self, failure: UpstreamError) -> float | None:
        """Return the wait after an error response."""
        delay = failure.retry_after
        if not isinstance(failure, Busy) or self._waited or delay is None:
            return None
        if failure.status not in {429, 503} or delay > LONGEST_WAIT_SECONDS:
            return None
        self._waited = True
        return delay
