"""Reads what a server says of a fault, in all shapes: is it one, its words, its code, its status.

The shapes: ``{"error": {...}}`` (OpenAI, llama.cpp), a list of one (Google), ``{"error": "..."}``
(Ollama), ``{"code": ..., "message": ...}``, ``{"message": ...}`` and a bare JSON string
(SiliconFlow), ``{"object": "error", "message": ...}`` (vLLM), ``{"detail": ...}`` (FastAPI),
``{"errors": [...]}``, ``{"base_resp": {"status_code": ...}}`` (MiniMax), plain text, and HTML,
which is never shown.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from .loose_json import parse
from .text import is_clean

_CONTAINERS = ("error", "errors", "err", "exception", "fault")
_HOLDERS = frozenset({*_CONTAINERS, "base_resp"})
# Without choices, a field of these is about a fault; the others only say more about one.
_TELLING = ("message", "msg", "detail", "error_message", "error_msg", "status_msg")
_WORDS = (*_TELLING, "details", "faultstring", "reason", "title", "description")
_NAMED = ("object", "type", "status", "event", "state")
# What servers send while they work, and what they remark.
_SIGNS_OF_LIFE = frozenset(
    {
        *("ping", "pong", "keepalive", "keep-alive", "keep_alive", "heartbeat"),
        *("queued", "pending", "processing", "in_progress", "started"),
        *("ok", "info", "success", "succeeded"),
        *("warning", "warn", "notice", "notification", "progress", "debug", "log"),
    }
)
_SUCCESS_CODES = frozenset({"0", "200", "20000", *_SIGNS_OF_LIFE})
_NO_ERRORS = frozenset({"", "null", "none", *_SUCCESS_CODES})
_DEEPEST = 4


class ServerError(msgspec.Struct, frozen=True):
    """The content of an error, independent of its shape. ``status`` is the one that it names."""

    message: str
    code: str = ""
    type: str = ""
    status: int | None = None
    prompt_tokens: int | None = None
    limit: int | None = None


def is_sign_of_life(name: str) -> bool:
    """Return whether the name of an event means that the server still works."""
    return name.lower() in _SIGNS_OF_LIFE


def is_fault_name(name: object) -> bool:
    """Return whether a name of an event, a type or a status speaks of a fault."""
    return isinstance(name, str) and any(
        word in name.lower() for word in ("error", "fail", "exception")
    )


def is_error(value: Any) -> bool:
    """Return whether the value of an ``error`` is one: some servers send empty ones, or success."""
    if isinstance(value, str):
        return value.lower() not in _NO_ERRORS
    if not isinstance(value, dict):
        return bool(value)
    words = _words(value)
    is_success = _code(value).lower() in _SUCCESS_CODES and (not words or is_sign_of_life(words))
    return any(value.values()) and not is_success


def is_fault(value: Mapping[str, Any]) -> bool:
    """Return whether an object speaks of a fault: an event, a whole body, or a choice."""
    if not _HOLDERS.isdisjoint(value) and _holds_fault(value):
        return True
    if value.get("choices"):
        return value.get("object") == "error"
    if any(is_fault_name(value.get(name)) for name in _NAMED):
        return True
    return _tells_something(value) and not _is_about_success(value)


def read_error(value: Any) -> ServerError:
    """Read the content of an error in any shape."""
    if isinstance(value, str):
        return ServerError(value)
    if isinstance(value, list):
        return read_error(value[0]) if value else ServerError("")
    if not isinstance(value, dict):
        return ServerError("")
    inner = next((value[name] for name in (*_CONTAINERS, "base_resp") if value.get(name)), None)
    details = next((each for each in _objects(inner)), value)
    words = (_words(inner) or _words(value) or _as_json(value), _words_behind(details))
    return ServerError(
        message=": ".join(filter(None, words)),
        code=_code(details) or _code(value),
        type=" ".join(_names(details)),
        status=_status(details, value),
        prompt_tokens=_count(details.get("n_prompt_tokens")),
        limit=_count(details.get("n_ctx")),
    )


def _holds_fault(value: Mapping[str, Any]) -> bool:
    response = value.get("base_resp")
    is_bad = isinstance(response, dict) and response.get("status_code") not in {0, "0", None}
    return is_bad or any(is_error(value.get(name)) for name in _CONTAINERS)


def _tells_something(value: Mapping[str, Any]) -> bool:
    if value.get("success") is False or value.get("ok") is False or _code(value):
        return True
    return _status(value) is not None or any(_is_words(value.get(name)) for name in _TELLING)


def _is_words(value: Any) -> bool:
    """Return whether this is more than nothing, and no message of a conversation."""
    return bool(value) and not (isinstance(value, dict) and {"role", "content"} & value.keys())


def _is_about_success(value: Mapping[str, Any]) -> bool:
    """Return whether an object that tells something is a report of progress, a count or a list."""
    if isinstance(value.get("data"), list) or isinstance(value.get("usage"), dict):
        return True
    if _code(value).lower() in _SUCCESS_CODES:
        return True
    told = [value.get(name) for name in (*_NAMED, *_TELLING)]
    return any(isinstance(each, str) and is_sign_of_life(each) for each in told)


def _words(value: Any, depth: int = 0) -> str:
    """Return the words in a value: itself, those of its items, or those of its first field."""
    if isinstance(value, str):
        return value
    if depth == _DEEPEST:
        return ""
    if isinstance(value, list):
        return "; ".join(words for each in value[:5] if (words := _words(each, depth + 1)))
    if not isinstance(value, dict):
        return ""
    names = (*_WORDS, *_CONTAINERS)
    words = next((words for name in names if (words := _words(value.get(name), depth + 1))), "")
    return ": ".join(filter(None, (_place(value), words))) if words else ""


def _place(value: Mapping[str, Any]) -> str:
    """Return the place in the request that an error is about, as FastAPI writes it (Mistral)."""
    steps = value.get("loc")
    if not isinstance(steps, list):
        return ""
    return ".".join(str(each) for each in steps[:10] if each != "body")[:100]


def _words_behind(details: Mapping[str, Any]) -> str:
    """Return what the server behind a server said (OpenRouter): words, or an error as JSON."""
    metadata = details.get("metadata")
    raw = metadata.get("raw") if isinstance(metadata, dict) else None
    try:
        return _words(parse(raw)) if isinstance(raw, str) else _words(raw)
    except ValueError:
        return _words(raw)


def _as_json(value: Mapping[str, Any]) -> str:
    """Return an object that has no words as it is, but nothing of the answer."""
    rest = {name: item for name, item in value.items() if name != "choices"}
    return msgspec.json.encode(rest).decode() if rest and is_clean(rest) else ""


def _objects(value: Any) -> Iterable[dict[str, Any]]:
    values = value if isinstance(value, list) else [value]
    return (each for each in values if isinstance(each, dict))


def _names(value: Mapping[str, Any]) -> list[str]:
    names = [value.get(name) for name in ("type", "status")]
    return [name for name in names if isinstance(name, str)]


def _code(value: Mapping[str, Any]) -> str:
    names = ("code", "error_code", "status_code")
    found = next((value[name] for name in names if value.get(name) is not None), "")
    return str(found) if isinstance(found, str | int) else ""


def _status(*values: Mapping[str, Any]) -> int | None:
    """Return the HTTP status that an error names, the innermost first."""
    names = ("code", "status", "status_code", "error_code")
    codes = [str(value.get(name)) for value in values for name in names]
    return next((int(code) for code in codes if _is_status(code)), None)


def _is_status(code: str) -> bool:
    return len(code) == 3 and code.isdecimal() and "400" <= code <= "599"


def _count(value: Any) -> int | None:
    return value if type(value) is int and value > 0 else None
