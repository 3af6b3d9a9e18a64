"""Reads the texts of a delta from the fields and parts where servers put them."""

import json
from collections.abc import Mapping
from typing import Any

# In the order of preference: a server that sends the same in two of them is read once.
_REASONING_FIELDS = (
    "reasoning_content",
    "reasoning",  # vLLM, OpenRouter
    "reasoning_text",
    "thinking",  # Ollama
    "reasoning_details",  # OpenRouter: a list of parts
    "thinking_blocks",  # LiteLLM: the same
)
_TEXT_FIELDS = ("text", "content", "summary", "thinking", "reasoning", "refusal", "value")
_PART_FIELDS = {"type", "annotations", "index", *_TEXT_FIELDS}
# Parts of a part: Mistral has a list of texts in a part of the type "thinking".
_DEEPEST = 4


class ReasoningReader:
    """The reasoning of one choice: text that a second field repeats is given once.

    The repetition may come beside the text, behind it piece by piece, or whole at the end.
    """

    def __init__(self) -> None:
        self._field = ""
        self._said: list[str] = []
        self._repeated = ""

    def feed(self, delta: Mapping[str, Any]) -> str:
        """Return the reasoning that a delta adds."""
        field, text = _reasoning(delta)
        if not text:
            return ""
        if self._field not in {"", field}:
            return self._from_another(field, text)
        self._field = field
        self._said.append(text)
        return text

    def _from_another(self, field: str, text: str) -> str:
        said = "".join(self._said)
        self._repeated += text
        if said.startswith(self._repeated):
            return ""
        new = self._repeated.removeprefix(said)
        self._field, self._said, self._repeated = field, [said, new], ""
        return new


def content_of(delta: Mapping[str, Any]) -> str:
    """Return the content: a text, or the texts of a list of parts; a refusal counts as content.

    Some servers that were asked for JSON have an object for content, and not its text.
    """
    value = delta.get("content")
    if isinstance(value, str) and value:
        return value
    if isinstance(value, dict) and not value.keys() <= _PART_FIELDS:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    parts = value if isinstance(value, list) else [value]
    texts = [_text(part) for part in parts if not _is_thought(part)]
    return "".join(texts) or _text(delta.get("refusal"))


def reasoning_of(message: Mapping[str, Any]) -> str:
    """Return the reasoning of a whole message: the first field that has any."""
    return _reasoning(message)[1]


def _reasoning(delta: Mapping[str, Any]) -> tuple[str, str]:
    """Return the first field with reasoning, and its text."""
    for field in _REASONING_FIELDS:
        if field in delta and (text := _text(delta[field])):
            return field, text
    value = delta.get("content")
    if isinstance(value, list):
        return "content", "".join(_text(part) for part in value if _is_thought(part))
    return "", ""


def _is_thought(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    kind = part.get("type")
    named = isinstance(kind, str) and ("think" in kind or "reason" in kind)
    return named or "thinking" in part or part.get("thought") is True


def _text(value: Any, depth: int = 0) -> str:
    """Return the text of a value: itself, that of its parts, or that of its first text field.

    A number is a text too: servers in languages without types write "42" as 42.
    """
    if isinstance(value, str):
        return value
    if type(value) in {int, float}:
        return str(value)
    if depth == _DEEPEST:
        return ""
    if isinstance(value, list):
        return "".join(_text(part, depth + 1) for part in value)
    if isinstance(value, dict):
        return next(
            (text for name in _TEXT_FIELDS if (text := _text(value.get(name), depth + 1))), ""
        )
    return ""
