"""Errors of calls to a model server.

    UpstreamError
    ├── Unreachable        no connection, or it broke before an answer began
    ├── AddressRefused     the address must not be connected to
    ├── Redirected         the server redirects, which is never followed
    ├── TimedOut           one of our clocks ran out (``clock``)
    ├── Denied
    │   ├── KeyUnreadable  the stored key cannot be decrypted, so nothing was sent
    │   ├── Unauthorised   the key is missing or wrong
    │   ├── Forbidden      the key may not do this
    │   └── OutOfBalance   the account has no money left
    ├── RequestRejected    the request itself is at fault
    │   ├── UnknownModel
    │   ├── ContextOverflow    (``prompt_tokens``, ``answer_tokens``, ``limit``)
    │   └── ContentPolicy
    ├── Busy
    │   ├── RateLimited    (``which``: RPM, TPM, RPD ...)
    │   └── Overloaded
    ├── Failed             the server failed, before or in the middle of a completion
    └── BadAnswer
        ├── NotAStream     the body is something else than a completion
        ├── Malformed      the body cannot be decoded
        ├── TooLarge       a cap was passed (``cap``)
        ├── Truncated      the stream ended early
        └── EmptyAnswer    the completion has no content

Each carries ``code`` (a stable slug), ``retryable`` (may the same request succeed later?),
``status`` (HTTP, if there was one), ``message`` (the server's own words where it sent some: plain
text of at most 2,000 characters without markup, addresses or keys), ``retry_after`` (seconds) and
``trace_id`` (the server's own id of the request).
"""

from typing import ClassVar


class UpstreamError(Exception):
    """Base of every error that this package raises about a server."""

    code: ClassVar[str] = "upstream_error"
    retryable: bool = False

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        retry_after: float | None = None,
        trace_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry_after = retry_after
        self.trace_id = trace_id

    def __str__(self) -> str:
        status = f" ({self.status})" if self.status else ""
        return f"{self.code}{status}: {self.message}" if self.message else f"{self.code}{status}"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class Unreachable(UpstreamError):
    code = "unreachable"
    retryable = True


class AddressRefused(UpstreamError):
    code = "address_refused"


class Redirected(UpstreamError):
    code = "redirected"


class TimedOut(UpstreamError):
    """``clock`` is ``connect``, ``first_word``, ``silent`` or ``total``."""

    code = "timed_out"
    retryable = True

    def __init__(self, clock: str, seconds: float, *, trace_id: str | None = None) -> None:
        super().__init__(f"The {clock} clock of {seconds:g} s ran out.", trace_id=trace_id)
        self.clock = clock
        self.seconds = seconds


class Denied(UpstreamError):
    code = "denied"


class KeyUnreadable(Denied):
    code = "key_unreadable"


class Unauthorised(Denied):
    code = "unauthorised"


class Forbidden(Denied):
    code = "forbidden"


class OutOfBalance(Denied):
    code = "out_of_balance"


class RequestRejected(UpstreamError):
    code = "refused"


class UnknownModel(RequestRejected):
    code = "unknown_model"


class ContextOverflow(RequestRejected):
    """The prompt, or the prompt and the requested answer together, are longer than the context.

    ``prompt_tokens``, ``answer_tokens`` and ``limit`` are None where the server does not say.
    """

    code = "context_overflow"
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    limit: int | None = None

    @property
    def is_of_answer(self) -> bool:
        """True if the prompt fits, and only the requested answer does not."""
        if self.prompt_tokens is None or self.limit is None or not self.answer_tokens:
            return False
        return self.prompt_tokens < self.limit


class ContentPolicy(RequestRejected):
    code = "content_policy"


class Busy(UpstreamError):
    code = "busy"
    retryable = True


class RateLimited(Busy):
    """``which`` names the limit (RPM, TPM, RPD ...). Limits per day are not worth a retry."""

    code = "rate_limited"
    which: str | None = None


class Overloaded(Busy):
    code = "overloaded"


class Failed(UpstreamError):
    code = "failed"
    retryable = True


class BadAnswer(UpstreamError):
    code = "bad_answer"


class NotAStream(BadAnswer):
    code = "not_a_stream"


class Malformed(BadAnswer):
    code = "malformed"
    retryable = True


class TooLarge(BadAnswer):
    """``cap`` is ``line``, ``event``, ``answer`` or ``wire``."""

    code = "too_large"

    def __init__(self, cap: str, limit_bytes: int) -> None:
        super().__init__(f"The {cap} cap of {limit_bytes} bytes was passed.")
        self.cap = cap
        self.limit_bytes = limit_bytes


class Truncated(BadAnswer):
    code = "truncated"
    retryable = True


class EmptyAnswer(BadAnswer):
    code = "empty_answer"
    retryable = True
