"""The files for compose, read as compose reads them where no variable is set that has a default."""

import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
_VARIABLE = re.compile(r"\$\{\w+(?::-([^${}]*)|:\?[^{}]*)\}")


class _Loader(yaml.SafeLoader):
    """Reads a file of compose, whose tags say how two files are merged."""


_Loader.add_constructor("!reset", lambda _loader, _node: None)


def text_of(name: str) -> str:
    """The text of a file, with the defaults of its variables."""
    text, count = (ROOT / name).read_text(), 1
    while count:
        text, count = _VARIABLE.subn(lambda found: found[1] or "", text)
    return text


def read(name: str) -> dict[str, Any]:
    """All that a file says."""
    found: dict[str, Any] = yaml.load(text_of(name), _Loader)
    return found
