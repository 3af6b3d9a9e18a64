"""Translates the error responses of servers, in all their shapes, into UpstreamErrors.

The shapes: ``{"error": {...}}`` (OpenAI, llama.cpp), ``{"error": "..."}`` (Ollama),
``{"code": ..., "message": ...}`` and ``{"message": ...}`` and a bare JSON string (SiliconFlow),
``{"object": "error", "message": ...}`` (vLLM), ``{"detail": ...}``, plain text, and HTML, which is
never shown. The shape decides, not the status: the same server uses several.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

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
from .overflow import is_overflow, lengths_in
from .redaction import redact
from .retry_after import retry_after
from .text import is_clean

_LIMIT_NAME = re.compile(r"\b([RTI]P[MHD])\b")
_BY_WORD: tuple[tuple[str, type[UpstreamError]], ...] = (
    ("insufficient_quota", OutOfBalance),
    ("insufficient_balance", OutOfBalance),
    ("model_not_found", UnknownModel),
    ("content_filter", ContentPolicy),
    ("content_policy", ContentPolicy),
    ("rate_limit", RateLimited),
    ("overloaded", Overloaded),
    ("unavailable", Overloaded),
    ("authentication", Unauthorised),
    ("invalid_api_key", Unauthorised),
)
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


class _ServerError(msgspec.Struct, frozen=True):
    """The content of an error response, independent of its shape."""

    message: str
    code: str = ""
    type: str = ""
    prompt_tokens: int | None = None
    limit: int | None = None


class ErrorReader:
    """Reads error responses of one server. ``secrets`` are removed from every message."""

    def __init__(self, dialect: Dialect = GENERIC, secrets: tuple[str, ...] = ()) -> None:
        self._dialect = dialect
        self._secrets = secrets

    def from_response(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamError:
        """Read a response whose status says that the request failed."""
        error = self._error(_server_error(_decode(body)), status)
        error.status = status
        error.retry_after = retry_after(headers)
        error.trace_id = trace_id(headers)
        return error

    def from_event(self, value: Any) -> UpstreamError | None:
        """Read an event of a stream, or a whole body of status 200; None if it is no error."""
        if not isinstance(value, dict):
            return self._error(_server_error(value), 500) if isinstance(value, str) else None
        if value.get("error"):
            return self._error(_server_error(value), _status_within(value))
        if value.get("choices") is not None:
            return None
        if value.get("object") == "error" or {"code", "message"} <= value.keys():
            return self._error(_server_error(value), _status_within(value))
        return None

    def _error(self, details: _ServerError, status: int) -> UpstreamError:
        kind = self._kind(details, status)
        error = kind(redact(details.message, self._secrets))
        if isinstance(error, ContextOverflow):
            _add_lengths(error, details)
        if isinstance(error, RateLimited):
            found = _LIMIT_NAME.search(details.message)
            error.which = found[1] if found else None
            error.retryable = not (error.which or "").endswith("D")
        return error

    def _kind(self, details: _ServerError, status: int) -> type[UpstreamError]:
        words = f"{details.code} {details.type}"
        if 400 <= status < 500 and _overflows(details):
            return ContextOverflow
        by_code = self._dialect.error_codes.get(details.code)
        if by_code is not None:
            return by_code
        by_word = next((kind for word, kind in _BY_WORD if word in words), None)
        if by_word is not None:
            return by_word
        if status == 404 and "model" in details.message.lower():
            return UnknownModel
        return _BY_STATUS.get(status, RequestRejected if 400 <= status < 500 else Failed)


def trace_id(headers: Mapping[str, str]) -> str | None:
    """Return the server's own id of the request, to quote to its support."""
    found = headers.get("x-siliconcloud-trace-id") or headers.get("x-request-id")
    return redact(found)[:100] if found else None


def _decode(body: bytes) -> Any:
    text = body.decode("utf-8", "replace").strip()
    try:
        return parse(text)
    except ValueError:
        return text


def _server_error(value: Any) -> _ServerError:
    if isinstance(value, str):
        return _ServerError(value)
    if not isinstance(value, dict):
        return _ServerError("")
    inner = value.get("error")
    if isinstance(inner, dict):
        return _from_object(inner)
    if isinstance(inner, str):
        return _from_object({**value, "message": inner})
    return _from_object(value)


def _from_object(value: Mapping[str, Any]) -> _ServerError:
    message = value.get("message") or value.get("detail") or ""
    if not isinstance(message, str):
        message = msgspec.json.encode(message).decode() if is_clean(message) else ""
    return _ServerError(
        message=message,
        code=_word(value.get("code")),
        type=_word(value.get("type")),
        prompt_tokens=_count(value.get("n_prompt_tokens")),
        limit=_count(value.get("n_ctx")),
    )


def _overflows(details: _ServerError) -> bool:
    return is_overflow(details.message) or is_overflow(f"{details.code} {details.type}")


def _word(value: Any) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _count(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None


def _add_lengths(error: ContextOverflow, details: _ServerError) -> None:
    """Add the lengths that fields of their own give, else those in the text."""
    said = lengths_in(details.message)
    error.prompt_tokens = details.prompt_tokens or said.prompt
    error.answer_tokens = said.answer
    error.limit = details.limit or said.limit


def _status_within(value: Mapping[str, Any]) -> int:
    """Return the HTTP status that an error object names, 500 if none."""
    inner = value.get("error")
    code = inner.get("code") if isinstance(inner, dict) else value.get("code")
    text = str(code)
    return int(text) if text.isdecimal() and 400 <= int(text[:4]) <= 599 else 500
