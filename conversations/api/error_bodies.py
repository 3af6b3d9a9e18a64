"""Failures as API errors: status, code, and whether the client should retry."""

from django.utils.translation import gettext as _

from chatsite import metrics
from conversations.api.errors import ApiError
from conversations.api.overflow_words import overflow_words
from conversations.api.retry_advice import BUSY_SECONDS, NO_RETRY, RETRY, after_failure, after_wait
from conversations.database.faults import UNAVAILABLE
from conversations.generation.api_run import Ending
from conversations.generation.error_texts import failure_of
from conversations.quotas.status import QuotaExceeded
from conversations.refusal import Refused
from conversations.transcript import Failure
from conversations.upstream import ContextOverflow, InvalidField, UpstreamError

# Status and code of a server's errors; any other is a bad gateway, 502. The codes are OpenAI's:
# its packages, and frameworks above them, look for some of these.
_UPSTREAM: dict[str, tuple[int, str]] = {
    "refused": (400, "refused"),
    "context_overflow": (400, "context_length_exceeded"),
    "content_policy": (400, "content_policy_violation"),
    "unknown_model": (404, "model_not_found"),
    "rate_limited": (429, "rate_limit_exceeded"),
    "busy": (429, "rate_limit_exceeded"),
    "overloaded": (503, "overloaded"),
    "timed_out": (504, "timed_out"),
}
# Permissions that were withdrawn while the answer ran.
_WITHDRAWN = {"deactivated", "model_taken_away", "key_revoked", "key_expired", "key_narrowed"}
_REFUSED: dict[str, tuple[int, str]] = {
    "unknown_model": (404, "model_not_found"),
    "draining": (503, "draining"),
    "paused": (503, "model_paused"),
    "too_many_running": (429, "rate_limit_exceeded"),
    "idempotency_key_reused": (422, "idempotency_key_reused"),
    "idempotent_answer_gone": (409, "idempotent_answer_gone"),
}
_OWN_FAULTS = {"internal_error", "storage_unavailable"}
_TYPES = {401: "authentication_error", 403: "permission_error", 429: "rate_limit_error"}


def error_of(ending: Ending) -> ApiError | None:
    """The error that a run ended with; None for a complete answer."""
    error = _error_of(ending)
    if error and ending.used and ending.used.requests:
        # The generated tokens were charged: only the client can decide to pay once more.
        error.headers = {**error.headers, **NO_RETRY}
    return error


def _error_of(ending: Ending) -> ApiError | None:
    if ending.error:
        return of_upstream(ending.error)
    last = ending.last
    if last.cause == "completed":
        return None
    if last.error is None:
        text = _("The answer was stopped before it was complete.")
        return ApiError(503, "stopped", text, type="api_error", headers=NO_RETRY)
    return _of_failure(last.error)


def api_error(error: ApiError | InvalidField | Refused) -> ApiError:
    """The API error for a refusal or an invalid field of a request."""
    match error:
        case InvalidField():
            return of_field(error)
        case Refused():
            return of_refusal(error)
    return error


def counted(error: ApiError) -> ApiError:
    """The same, counted as a refusal or as a fault of this site.

    A failure of a provider is neither: it is counted with its answer.
    """
    if error.status < 500:
        metrics.REFUSALS.labels("api", error.code).inc()
    elif error.code in _OWN_FAULTS:
        metrics.FAULTS.labels("api", error.code).inc()
    return error


def internal() -> ApiError:
    """The error for a fault of this site; the log has the details."""
    text = _("Something went wrong on this site. Its log has the details under this x-request-id.")
    return ApiError(500, "internal_error", text, type="api_error", headers=NO_RETRY)


def unavailable() -> ApiError:
    """The error for a database that cannot be used, which another try may find mended."""
    headers = after_wait(BUSY_SECONDS)
    return ApiError(503, "storage_unavailable", str(UNAVAILABLE), type="api_error", headers=headers)


def of_upstream(error: UpstreamError) -> ApiError:
    """The error for a failure of the model's server, with the message that users see."""
    status, code = _UPSTREAM.get(error.code, (502, error.code))
    if code == "refused" and error.status in {404, 405}:
        status = 502  # the provider's address is wrong, not the request
    headers = after_failure(error, status)
    if isinstance(error, ContextOverflow):
        message, param = overflow_words(error), "messages"
    else:
        message, param = failure_of(error).message, None
    return ApiError(status, code, message, type=_type(status), param=param, headers=headers)


def of_refusal(refused: Refused) -> ApiError:
    """The error for a refusal."""
    if isinstance(refused, QuotaExceeded):
        return _of_quota(refused)
    status, code = _REFUSED.get(refused.code, (400, refused.code))
    headers = after_wait(BUSY_SECONDS) if status in {429, 503} else {}
    if code in {"model_paused", "idempotent_answer_gone"}:
        headers = NO_RETRY
    return ApiError(
        status, code, refused.message, type=_type(status), param=refused.field, headers=headers
    )


def of_field(invalid: InvalidField) -> ApiError:
    """The error for a field of the wrong type or out of its range."""
    return ApiError(400, "invalid_value", str(invalid), param=invalid.field)


def _of_failure(failure: Failure) -> ApiError:
    status = 403 if failure.code in _WITHDRAWN else 503 if failure.code == "restarted" else 500
    headers = RETRY if status == 503 else NO_RETRY
    return ApiError(status, failure.code, failure.message, type=_type(status), headers=headers)


def _of_quota(refused: QuotaExceeded) -> ApiError:
    headers = after_wait(refused.seconds_left)
    is_retry = headers["x-should-retry"] == "true"
    code = "rate_limit_exceeded" if is_retry else "insufficient_quota"
    return ApiError(429, code, refused.message, type=code, headers=headers)


def _type(status: int) -> str:
    return _TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
