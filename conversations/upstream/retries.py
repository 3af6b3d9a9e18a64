"""When a call may be sent again: never once a byte of an answer has come."""

from .errors import Busy, UpstreamError
from .transport import is_disconnect, may_connect_later

CONNECT_DELAYS_SECONDS = (0.1, 0.4)
LONGEST_WAIT_SECONDS = 2.0


class Retries:
    """What one call has tried. Each question gives the seconds to wait, or None for "give up".

    * a connection that could not be made: twice more;
    * a reused connection that broke before any byte: once, since the server had most likely
      closed it while it lay idle (llama.cpp does after every stream);
    * 429 and 503 whose Retry-After is at most 2 s: once. Longer waits are the caller's to decide.
    """

    def __init__(self) -> None:
        self._connects = 0
        self._reconnected = False
        self._waited = False

    def after_break(self, error: BaseException, *, reused: bool) -> float | None:
        """Judge a failure of the connection."""
        if may_connect_later(error) and self._connects < len(CONNECT_DELAYS_SECONDS):
            self._connects += 1
            return CONNECT_DELAYS_SECONDS[self._connects - 1]
        if reused and is_disconnect(error) and not self._reconnected:
            self._reconnected = True
            return 0.0
        return None

    def after_failure(self, failure: UpstreamError) -> float | None:
        """Judge an answer that says the server failed."""
        delay = failure.retry_after
        if not isinstance(failure, Busy) or self._waited or delay is None:
            return None
        if failure.status not in {429, 503} or delay > LONGEST_WAIT_SECONDS:
            return None
        self._waited = True
        return delay
