"""``x-should-retry`` says the truth: a retry can succeed, and nothing is paid for twice."""

import pytest

from conversations import upstream
from conversations.api.error_bodies import error_of, of_refusal
from conversations.generation.api_run import Ending
from conversations.models import LedgerEntry
from conversations.quotas.settlement import Used
from conversations.refusal import Refused
from conversations.transcript import Failure, Finished
from conversations.upstream import TimedOut, UpstreamError

FAILED = Finished(cause="failed")
CHARGED = Used(LedgerEntry.Source.ESTIMATE, 1, 10, 0, 0)
UNUSED = Used(LedgerEntry.Source.NONE, 0, 0, 0, 0)


def advice(error: UpstreamError, used: Used = UNUSED) -> tuple[str, str | None]:
    """The advice, and the seconds to wait."""
    found = error_of(Ending(FAILED, used, error))
    assert found
    return found.headers["x-should-retry"], found.headers.get("retry-after")


def limited(which: str = "", retry_after: float | None = None) -> UpstreamError:
    return upstream.RateLimited(which, retry_after=retry_after)


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        (upstream.Unreachable(), None),
        (TimedOut("connect", 5), None),
        (upstream.Failed(status=500), None),
        (upstream.Busy(), "2"),
        (upstream.Overloaded(), "2"),
        (upstream.Overloaded(retry_after=7.2), "8"),
        (limited(retry_after=120), "120"),
    ],
)
def test_what_may_pass_before_the_model_has_begun_is_worth_a_retry(
    error: UpstreamError, wait: str | None
) -> None:
    assert advice(error) == ("true", wait)
    # Then the answer would be paid for twice.
    assert advice(error, CHARGED)[0] == "false"


@pytest.mark.parametrize(
    "error",
    [
        # The server was asked and may still be at work.
        *(TimedOut(clock, 5) for clock in ("first_word", "silent", "total")),
        # What came was an answer.
        upstream.Malformed(),
        upstream.Truncated(),
        upstream.EmptyAnswer(),
        upstream.NotAStream(),
        # The same request will not do better.
        upstream.RequestRejected(status=400),
        upstream.ContextOverflow(),
        upstream.ContentPolicy(),
        upstream.UnknownModel(),
        upstream.Unauthorised(),
        upstream.OutOfBalance(),
        upstream.AddressRefused(),
        upstream.Redirected(),
    ],
)
def test_what_would_fail_again_or_run_twice_is_not(error: UpstreamError) -> None:
    assert advice(error) == ("false", None)


def test_a_wait_of_more_than_two_minutes_is_said_and_not_advised() -> None:
    assert advice(limited(retry_after=121)) == ("false", "121")


def test_a_restart_is_worth_a_retry_unless_the_answer_had_begun() -> None:
    last = Finished(cause="interrupted", error=Failure("restarted", "The server was restarted."))
    for used, expected in ((UNUSED, "true"), (CHARGED, "false")):
        error = error_of(Ending(last, used))
        assert error
        assert (error.status, error.headers["x-should-retry"]) == (503, expected)


@pytest.mark.parametrize(
    ("code", "expected"), [("too_many_running", "true"), ("draining", "true"), ("paused", "false")]
)
def test_a_refusal_of_the_site_says_it_too(code: str, expected: str) -> None:
    assert of_refusal(Refused(code, "Not now.")).headers["x-should-retry"] == expected
