"""Repairs the schema of a function's arguments, so that a slip in it does not cost the function."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from conversations.catalog.schemas import faults_in

Place = tuple[str | int, ...]

# Each round may uncover faults below those that it has removed.
_ROUNDS = 8
# Names of types that programs take from elsewhere: Python, Gemini, TypeScript.
_TYPES = {
    "any": None,
    "bool": "boolean",
    "dict": "object",
    "double": "number",
    "float": "number",
    "int": "integer",
    "list": "array",
    "none": "null",
    "str": "string",
    **{
        each: each for each in ("array", "boolean", "integer", "null", "number", "object", "string")
    },
}
# Maps of names to schemas: an entry is emptied rather than removed, so that its name remains.
_MAPS = frozenset({"properties", "patternProperties", "$defs", "definitions"})


class Repaired(NamedTuple):
    """A valid schema, and the places where something was removed that could not be understood."""

    schema: dict[str, Any]
    removed: tuple[str, ...]


def repaired(schema: Mapping[str, Any]) -> Repaired:
    """Return a valid schema of an object that allows whatever ``schema`` was meant to allow.

    What is certain is corrected; anything else is removed at its place, which allows more.
    """
    mended: dict[str, Any] = deepcopy(dict(schema))
    removed = _with_type_of_object(mended)
    for _round in range(_ROUNDS):
        places = faults_in(mended)
        if not places:
            return Repaired(mended, tuple(removed))
        if () in places:
            break
        removed += ["/".join(map(str, each)) for each in places if not _correct(mended, each)]
    return Repaired({}, (*removed, ""))


def _with_type_of_object(schema: dict[str, Any]) -> list[str]:
    """Give the schema the type of arguments; return the place of one that cannot be meant so."""
    kind = schema.get("type")
    if kind is None or "object" in (kind if isinstance(kind, list) else [kind]):
        return []
    schema["type"] = "object"
    return [] if _certain_type(kind) == "object" else ["type"]


def _correct(schema: dict[str, Any], place: Place) -> bool:
    """Correct the value at a place, or else remove it; return whether nothing is lost."""
    around = _at(schema, place[:-1])
    key, value = place[-1], _at(schema, place)
    if not _has(around, key):
        return True
    certain = _certain_type(value) if key == "type" else None
    if certain not in (None, value):
        around[key] = certain
        return True
    if len(place) > 1 and place[-2] in _MAPS and value != {}:
        around[key] = {}
        return False
    # Some languages cannot tell an empty map from an empty list.
    is_empty = value is None or (key in _MAPS and value == [])
    del around[key]
    return is_empty


def _certain_type(value: Any) -> str | None:
    return _TYPES.get(value.lower()) if isinstance(value, str) else None


def _at(value: Any, place: Sequence[str | int]) -> Any:
    for step in place:
        if not _has(value, step):
            return None
        value = value[step]
    return value


def _has(value: Any, step: str | int) -> bool:
    if isinstance(value, dict):
        return step in value
    return isinstance(value, list) and isinstance(step, int) and step < len(value)
