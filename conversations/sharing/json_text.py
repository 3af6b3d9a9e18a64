"""JSON text: indented for reading, recognised, parsed and written."""

import json
import re
from typing import Any

import msgspec

_ESCAPES = re.compile(r"\\\\|((?:\\u[0-9a-fA-F]{4})+)")


def indented(text: str) -> str:
    """Indent the JSON text of an object or a list; any other text is returned unchanged.

    Numbers and repeated names stay as they were written. Escaped letters are decoded.
    """
    if parsed(text) is None:
        return text
    return _ESCAPES.sub(_letters, msgspec.json.format(text, indent=2))


def _letters(escaped: re.Match[str]) -> str:
    if escaped[1] is None:
        return escaped[0]
    letters = str(json.loads(f'"{escaped[0]}"'))
    is_safe = letters.isprintable() and not set(letters) & {'"', "\\"}
    return letters if is_safe else escaped[0]


def is_json(text: str) -> bool:
    """True if the text is a JSON object or list."""
    return parsed(text) is not None


def parsed(text: str) -> dict[str, Any] | list[Any] | None:
    """The object or list in a JSON text; None for any other text."""
    try:
        value = json.loads(text)
        msgspec.json.format(text)  # stricter: no NaN, no lone surrogates
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def dumped(value: Any) -> str:
    """A JSON value as text."""
    return json.dumps(value, ensure_ascii=False)
