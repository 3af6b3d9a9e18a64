"""Reads ``GET /models``."""

from typing import Any

from .errors import NotAStream
from .text import clean

MOST_MODELS = 10_000
# More than any site takes, so that a longer name is refused there and never becomes another one.
MOST_CHARACTERS = 1_000


def read_models(value: Any) -> list[str]:
    """Give the ids in the order of the server, each once.

    Takes ``{"data": [{"id": ...}]}``, ``{"models": [{"name": ...}]}`` (Ollama) and bare lists; an
    entry without an id is left out. Raises NotAStream when there is no list.
    """
    listed = value
    if isinstance(value, dict):
        listed = value.get("data")
        if listed is None:
            listed = value.get("models")
    if not isinstance(listed, list):
        raise NotAStream("The server does not list its models.")
    ids = (_id(entry) for entry in listed[:MOST_MODELS])
    return list(dict.fromkeys(found for found in ids if found))


def _id(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = entry.get("id") or entry.get("name")
    return clean(entry)[:MOST_CHARACTERS] if isinstance(entry, str) else ""
