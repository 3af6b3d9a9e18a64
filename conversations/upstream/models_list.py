"""Reads the response to ``GET /models``."""

from typing import Any, NamedTuple

from .errors import NotAStream
from .model_use import is_for_chat
from .text import clean

MOST_MODELS = 10_000
# More than the site accepts: a longer name is refused there, and never cut to another name.
MOST_CHARACTERS = 1_000


class ListedModels(NamedTuple):
    """The names of the models that a server lists, and those of them that are not for chat."""

    names: list[str]
    not_for_chat: frozenset[str] = frozenset()


def read_models(value: Any) -> ListedModels:
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
    # Of two entries with one name, the first counts.
    entries: dict[str, Any] = {}
    for entry in listed[:MOST_MODELS]:
        entries.setdefault(_id(entry), entry if isinstance(entry, dict) else {})
    entries.pop("", None)
    others = (name for name, entry in entries.items() if not is_for_chat(name, entry))
    return ListedModels(list(entries), frozenset(others))


def _id(entry: Any) -> str:
    if isinstance(entry, dict):
        entry = entry.get("id") or entry.get("name")
    return clean(entry)[:MOST_CHARACTERS] if isinstance(entry, str) else ""
