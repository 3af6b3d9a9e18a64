"""Reads finish reasons: the words of many servers, of which some say that the answer failed."""

import re
from collections.abc import Mapping
from typing import Any

from .errors import Failed, Malformed, Overloaded, Truncated, UpstreamError
from .redaction import redact
from .types import FinishReason

# Servers put one of these into their reason, between other words: "MAX_TOKENS",
# "model_context_window_exceeded", "guardrail_intervened", "FinishReason.SAFETY". Any other reason
# is "stop": an answer that ends by itself, such as "eos" or "end_turn".
_REASONS: Mapping[str, FinishReason] = {
    **dict.fromkeys(("length", "max", "limit", "context"), "length"),
    **dict.fromkeys(("tool", "tools", "function"), "tool_calls"),
    **dict.fromkeys(("filter", "filtered", "sensitive", "safety", "moderation"), "content_filter"),
    **dict.fromkeys(("recitation", "blocklist", "prohibited", "spii"), "content_filter"),
    **dict.fromkeys(("guardrail", "refusal", "refused"), "content_filter"),
}
_FAILURES: Mapping[str, type[UpstreamError]] = {
    **dict.fromkeys(("insufficient", "overloaded"), Overloaded),
    **dict.fromkeys(("malformed", "unexpected"), Malformed),
    **dict.fromkeys(("abort", "aborted", "cancel", "cancelled", "canceled"), Truncated),
    **dict.fromkeys(("timeout", "incomplete", "interrupted", "preempted"), Truncated),
    **dict.fromkeys(("disconnect", "disconnected", "shutdown"), Truncated),
    **dict.fromkeys(("rate", "quota", "exhausted"), Failed),
}
_WORD = re.compile(r"[a-z]+")


def word_of(value: Any) -> str:
    """Return the server's word, "" if there is none yet; some send it as an object's ``type``."""
    if isinstance(value, dict):
        value = value.get("type")
    return value if isinstance(value, str) and value not in {"", "null", "None"} else ""


def reason_of(word: str) -> FinishReason:
    """Return the protocol's reason for a server's word."""
    return next((_REASONS[part] for part in _parts(word) if part in _REASONS), "stop")


def failure_of(word: str, value: Any = None) -> UpstreamError | None:
    """Return the failure that a word means; None for an answer that ended properly.

    ``value`` is the reason as it came: an object may have a ``message``, too (SGLang).
    """
    kind = next((_FAILURES[part] for part in _parts(word) if part in _FAILURES), None)
    if kind is None and ("error" in word.lower() or "fail" in word.lower()):
        kind = Failed
    if kind is None:
        return None
    message = value.get("message") if isinstance(value, dict) else None
    said = f" It said: {redact(message)}" if isinstance(message, str) else ""
    return kind(f"The server ended the answer with {redact(word)!r}.{said}")


def _parts(word: str) -> list[str]:
    """Return the words of a reason, however they are joined: "MAX_TOKENS", "maxTokens"."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word)
    return _WORD.findall(apart.lower())
