"""Advice to send a request again, or not to: one rule for every failure.

It should if the same request may succeed within two minutes and nothing is paid for twice: nothing
was charged, no answer came, and the model is not at work on it. OpenAI's clients send a request
again twice by themselves after 408, 409, 429 and 5xx, unless ``x-should-retry`` says no.
"""

import math

from conversations.upstream import BadAnswer, TimedOut, UpstreamError

RETRY = {"x-should-retry": "true"}
NO_RETRY = {"x-should-retry": "false"}
# Clients wait at most two minutes.
SOON_SECONDS = 120
# The retry-after where nobody knows better.
BUSY_SECONDS = 2.0


def after_failure(error: UpstreamError, status: int) -> dict[str, str]:
    """The headers after a failure of the model's server, as long as nothing was charged."""
    waits = status in {429, 503}
    if not _may_pass(error):
        return dict(NO_RETRY)
    return after_wait(error.retry_after or BUSY_SECONDS) if waits else dict(RETRY)


def _may_pass(error: UpstreamError) -> bool:
    if isinstance(error, TimedOut):
        # A server that was asked may still be at work; without a connection none was.
        return error.clock == "connect"
    return error.retryable and not isinstance(error, BadAnswer)


def after_wait(seconds: float | None) -> dict[str, str]:
    """The headers where a retry can succeed after some time; None if it never can."""
    if seconds is None:
        return dict(NO_RETRY)
    advice = RETRY if seconds <= SOON_SECONDS else NO_RETRY
    return {**advice, "retry-after": str(math.ceil(seconds))}
