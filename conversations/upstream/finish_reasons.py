"""Reads finish reasons: the words of many servers, of which some say that the answer failed."""

from collections.abc import Mapping
from typing import Any

from .errors import Failed, Malformed, Overloaded, Truncated, UpstreamError
from .redaction import redact
from .types import FinishReason

# Any other word is "stop": an answer that ends by itself, such as "eos" or "end_turn".
_REASONS: Mapping[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "max_length": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "recitation": "content_filter",
    "blocklist": "content_filter",
    "prohibited_content": "content_filter",
}
_FAILURES: Mapping[str, type[UpstreamError]] = {
    "insufficient_system_resource": Overloaded,
    "overloaded": Overloaded,
    "malformed_function_call": Malformed,
    "abort": Truncated,
    "aborted": Truncated,
    "cancelled": Truncated,
    "canceled": Truncated,
    "timeout": Truncated,
    "incomplete": Truncated,
}


def word_of(value: Any) -> str:
    """Return the server's word, "" if there is none yet; some send it as an object's ``type``."""
    if isinstance(value, dict):
        value = value.get("type")
    return value if isinstance(value, str) and value not in {"", "null"} else ""


def reason_of(word: str) -> FinishReason:
    """Return the protocol's reason for a server's word; some add details behind a colon."""
    return _REASONS.get(word.lower().partition(":")[0], "stop")


def failure_of(word: str) -> UpstreamError | None:
    """Return the failure that a word means; None for an answer that ended properly."""
    lower = word.lower()
    kind = _FAILURES.get(lower)
    if kind is None and ("error" in lower or "fail" in lower):
        kind = Failed
    return kind(f"The server ended the answer with {redact(word)!r}.") if kind else None
