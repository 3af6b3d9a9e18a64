"""Names of functions that every server takes, and the way back to the names that a client gave.

OpenAI, and servers that follow it, take letters, digits, underscores and hyphens. Functions of the
Model Context Protocol may also be called `admin.users/list`: they are sent under another name, and
called under their own.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

Body = dict[str, Any]
_ODD = re.compile(r"[^a-zA-Z0-9_-]")
LONGEST = 64


def with_plain_names(body: Body) -> tuple[Body, dict[str, str]]:
    """Return the body with plain names, and the given name of each that was changed."""
    given = [each["function"]["name"] for each in _list(body, "tools")]
    plain = _plain_names(given)
    names = {sent: name for name, sent in plain.items() if sent != name}
    named = dict(body)
    if messages := _list(body, "messages"):
        named["messages"] = [_history(each, plain) for each in messages]
    if names:
        named["tools"] = [_renamed(each, plain) for each in body["tools"]]
    if isinstance(choice := body.get("tool_choice"), dict):
        named["tool_choice"] = _renamed(choice, plain)
    return named, names


def _list(body: Body, name: str) -> list[Any]:
    value = body.get(name)
    return value if isinstance(value, list) else []


def _plain_names(given: Iterable[str]) -> dict[str, str]:
    """A plain name for each, none of them twice; a name that is plain stays as it is."""
    names = {name: name for name in given if is_plain(name)}
    for name in given:
        if name not in names:
            names[name] = _free(_plain(name), names.values())
    return names


def is_plain(name: str) -> bool:
    """True for a name that every server takes."""
    return 0 < len(name) <= LONGEST and not _ODD.search(name)


def _plain(name: str) -> str:
    return _ODD.sub("_", name)[:LONGEST]


def _free(wanted: str, taken: Iterable[str]) -> str:
    name, number, others = wanted, 1, set(taken)
    while name in others:
        number += 1
        name = f"{wanted[: LONGEST - 4]}_{number}"
    return name


def _history(message: Any, plain: Mapping[str, str]) -> Any:
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    if not isinstance(calls, list):
        return message
    return {**message, "tool_calls": [_renamed(each, plain) for each in calls]}


def _renamed(named: Any, plain: Mapping[str, str]) -> Any:
    """A tool, a choice or a call with a plain name; others than the tools' may be in a history."""
    function = named.get("function") if isinstance(named, dict) else None
    if not isinstance(function, dict) or not isinstance(name := function.get("name"), str):
        return named
    if is_plain(name) or not name:
        return named
    return {**named, "function": {**function, "name": plain.get(name) or _plain(name)}}
