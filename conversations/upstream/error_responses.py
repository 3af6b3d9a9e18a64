"""Translates the errors of servers, in all their shapes, into UpstreamErrors.

The shape decides, not the status: the same server uses several (server_errors.py). The class comes
from the status, the code and the type; where these say no more than that something failed, as in
most errors within a stream, it comes from the words.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from .dialects import GENERIC, Dialect
from .errors import (
    ContentPolicy,
    ContextOverflow,
    Failed,
    Forbidden,
    OutOfBalance,
    Overloaded,
    RateLimited,
    RequestRejected,
    Unauthorised,
    UnknownModel,
    UpstreamError,
)
from .loose_json import parse
from .overflow import MOST_READ, is_overflow, lengths_in
from .redaction import redact
from .retry_after import retry_after
from .server_errors import ServerError, is_error, is_fault, read_error

_DATA = re.compile(r"^data:(.+)", re.MULTILINE)
_LIMIT_NAME = re.compile(r"\b([RTI]P[MHD])\b")
_BY_WORD: tuple[tuple[str, type[UpstreamError]], ...] = (
    ("insufficient_quota", OutOfBalance),
    ("insufficient_balance", OutOfBalance),
    ("arrearage", OutOfBalance),  # DashScope
    ("model_not_found", UnknownModel),
    ("content_filter", ContentPolicy),
    ("content_policy", ContentPolicy),
    ("rate_limit", RateLimited),
    ("overloaded", Overloaded),
    ("unavailable", Overloaded),
    ("authentication", Unauthorised),
    ("invalid_api_key", Unauthorised),
    ("resource_exhausted", RateLimited),
)
_BY_PHRASE: tuple[tuple[re.Pattern[str], type[UpstreamError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"rate.?limit|too many requests|throttl|per (?:second|minute|hour)|频率", RateLimited),
        (r"quota|balance|\bcredits?\b|billing|insufficient funds", OutOfBalance),
        (r"overload|\bbusy\b|capacity|limit reached|unavailable|try again|\bqueue", Overloaded),
        (r"no (?:healthy|available)|loading|访问量|繁忙|稍后", Overloaded),
        (r"content.?(?:polic|filter|management)|moderation|safety|flagged", ContentPolicy),
        (r"inappropriate|sensitive|prohibited", ContentPolicy),
        (r"api.?key|unauthori[sz]ed|authenticat|invalid token", Unauthorised),
        (r"model\b.*\b(?:not found|not exist)", UnknownModel),
        (r"bad.?request|invalid.?(?:request|param|argument)", RequestRejected),
    )
)
_NOUNS = r"(?:balance|credits?|funds|quota)"
_MONEY = (
    rf"(?:insufficient|low|negative|enough|out of|exceeded your)\W+(?:\w+\W+){{0,3}}{_NOUNS}",
    rf"{_NOUNS}\W+(?:\w+\W+){{0,3}}(?:insufficient|low|enough|exhausted|used up)",
    "plan and billing|余额|欠费",
)
# For refusals in words that cannot be about a parameter: servers send these with 400, 403, 422 or
# 429 alike.
_OF_REFUSALS: tuple[tuple[re.Pattern[str], type[UpstreamError]], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"rate.?limit|too many requests|per (?:second|minute|hour|day)", RateLimited),
        ("|".join(_MONEY), OutOfBalance),
        (r"content.?(?:polic|filter|management)|flagged|inappropriate content", ContentPolicy),
        (r"data_inspection|敏感", ContentPolicy),
        (r"api.?key\W+(?:\w+\W+){0,2}(?:invalid|valid|incorrect|expired)", Unauthorised),
        (r"(?:invalid|incorrect|expired) api.?key", Unauthorised),
        (r"model\W+(?:\S+\W+){0,3}(?:not exist|not found)", UnknownModel),
    )
)
# A status that says no more than that something failed.
_VAGUE = frozenset({None, 500})
_BY_STATUS: Mapping[int, type[UpstreamError]] = {
    401: Unauthorised,
    402: OutOfBalance,
    403: Forbidden,
    408: Overloaded,
    429: RateLimited,
    451: ContentPolicy,
    502: Overloaded,
    503: Overloaded,
    504: Overloaded,
    529: Overloaded,
}


class ErrorReader:
    """Reads error responses of one server. ``secrets`` are removed from every message."""

    def __init__(self, dialect: Dialect = GENERIC, secrets: tuple[str, ...] = ()) -> None:
        self._dialect = dialect
        self._secrets = secrets

    def from_response(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        """Read a response whose status says that the request failed."""
        error = self._error(read_error(_decode(body)), status)
        error.status = status
        error.retry_after = retry_after(headers)
        error.trace_id = trace_id(headers)
        return error

    def from_event(self, value: Any) -> UpstreamError | None:
        """Read an event of a stream; None if it is no error. That of a choice is the answer's."""
        if not isinstance(value, dict):
            return None
        if is_fault(value):
            return self.from_value(value)
        choices = value.get("choices")
        for choice in choices if isinstance(choices, list) else ():
            if error := _error_in(choice):
                return self.from_value({"error": error})
        return None

    def from_body(self, value: Any) -> UpstreamError | None:
        """Read a whole body of status 200; None if it is no error. A bare text is one."""
        return self.from_value(value) if isinstance(value, str) else self.from_event(value)

    def from_value(self, value: Any) -> UpstreamError:
        """Read a value that is an error: decoded JSON, or plain text."""
        details = read_error(value)
        return self._error(details, details.status)

    def redact(self, text: str) -> str:
        """Return text of this server without its keys and addresses."""
        return redact(text, self._secrets)

    def _error(self, details: ServerError, status: int | None) -> UpstreamError:
        kind = self._kind(details, status)
        error = kind(redact(details.message, self._secrets))
        if isinstance(error, ContextOverflow):
            _add_lengths(error, details)
        if isinstance(error, RateLimited):
            found = _LIMIT_NAME.search(details.message)
            error.which = found[1] if found else None
            error.retryable = not (error.which or "").endswith("D")
        return error

    def _kind(self, details: ServerError, status: int | None) -> type[UpstreamError]:
        words = f"{details.code} {details.type}".lower()
        is_vague = status in _VAGUE
        if (is_vague or _is_refusal(status)) and _overflows(details):
            return ContextOverflow
        by_code = self._dialect.error_codes.get(details.code)
        if by_code is not None:
            return by_code
        by_word = next((kind for word, kind in _BY_WORD if word in words), None)
        if by_word is not None:
            return by_word
        if is_vague:
            return _first(_BY_PHRASE, f"{words} {details.message}") or Failed
        if status == 404 and "model" in details.message.lower():
            return UnknownModel
        said = f"{words} {details.message}"
        kind = _first(_OF_REFUSALS, said) if _is_refusal(status) else None
        return kind or _BY_STATUS.get(
            status or 0, RequestRejected if _is_refusal(status) else Failed
        )


def _first(
    phrases: tuple[tuple[re.Pattern[str], type[UpstreamError]], ...], said: str
) -> type[UpstreamError] | None:
    said = said[:MOST_READ]
    return next((kind for phrase, kind in phrases if phrase.search(said)), None)


def trace_id(headers: Mapping[str, str]) -> str | None:
    """Return the server's own id of the request, to quote to its support."""
    found = headers.get("x-siliconcloud-trace-id") or headers.get("x-request-id")
    return redact(found)[:100] if found else None


def _decode(body: bytes) -> Any:
    """Return the value of a body: JSON, also that of a stream's event, else the text itself."""
    text = body.decode("utf-8", "replace").strip()
    for each in (text, *_DATA.findall(text)):
        with suppress(ValueError):
            return parse(each)
    return text


def _error_in(choice: Any) -> Any:
    """Return what a choice or its delta says of an error."""
    if not isinstance(choice, dict):
        return None
    delta = choice.get("delta")
    errors = (choice.get("error"), delta.get("error") if isinstance(delta, dict) else None)
    return next((error for error in errors if is_error(error)), None)


def _is_refusal(status: int | None) -> bool:
    return status is not None and 400 <= status < 500


def _overflows(details: ServerError) -> bool:
    return is_overflow(details.message) or is_overflow(f"{details.code} {details.type}")


def _add_lengths(error: ContextOverflow, details: ServerError) -> None:
    """Add the lengths that fields of their own give, else those in the text."""
    said = lengths_in(details.message)
    error.prompt_tokens = details.prompt_tokens or said.prompt
    error.answer_tokens = said.answer
    error.limit = details.limit or said.limit
