"""Reads the response to ``GET /models``."""

from typing import Any

from .errors import NotAStream
from .text import clean

MOST_MODELS = 10_000
# More than the site accepts: a longer name is refused there, and never cut to another name.
MOST_CHARACTERS = 1_000


def read_models(value: Any) -> list[str]:
    """Return the ids in the order of the server, each once.

    Accepts ``{"data": [{"id": ...}]}``, ``{"models": [{"name": ...}]}`` (Ollama) and bare lists;
    skips entries without an id. Raises NotAStream if there is no list.
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
