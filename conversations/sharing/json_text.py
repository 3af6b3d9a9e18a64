"""JSON as people read it."""

import json
from typing import Any


def indented(text: str) -> str:
    """JSON text of an object or a list on lines of its own; any other text as it is."""
    value = parsed(text)
    return text if value is None else dumped(value)


def is_json(text: str) -> bool:
    """Whether the text is a JSON object or list."""
    return parsed(text) is not None


def parsed(text: str) -> dict[str, Any] | list[Any] | None:
    """The object or list that the text holds; None where it holds none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def dumped(value: Any) -> str:
    """A JSON value as indented text."""
    return json.dumps(value, ensure_ascii=False, indent=2)
