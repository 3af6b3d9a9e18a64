"""The schema of a function's arguments, as servers take it that refuse what JSON Schema allows.

OpenAI and others want an object with properties, lists with items, no reference and no combination
of schemas at the top. They refuse a whole request for one function without.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

Schema = dict[str, Any]

_MAPS = ("properties", "patternProperties", "$defs", "definitions")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_SINGLE = ("items", "additionalProperties", "not")
# What is refused at the top level only.
_COMBINED = ("anyOf", "oneOf", "allOf", "enum", "not")
_DEEPEST = 8


class Arguments(NamedTuple):
    """A schema that strict servers take, and what it does not say, in words for the model."""

    schema: Schema
    remark: str = ""


def strict_arguments(schema: Mapping[str, Any]) -> Arguments:
    """Return the schema with each rule that servers insist on kept.

    A combination at the top becomes one object with the properties of all its branches, which
    allows more; the combination itself goes to the model as a remark.
    """
    complete = with_each_schema(dict(schema), _complete)
    followed = set[str]()
    top = _referred(complete, complete, followed)
    combined = {key: top[key] for key in _COMBINED if key in top}
    if not combined or not all(map(_is_sound, combined.items())):
        return Arguments(_object(top))
    remark = f"The arguments follow this schema too: {json.dumps(combined, ensure_ascii=False)}"
    return Arguments(_object(_flat(top, complete, followed)), remark)


def _is_sound(combination: tuple[str, Any]) -> bool:
    """True if it can be understood; one that cannot is left for the check of schemas."""
    key, value = combination
    if key not in _LISTS:
        return isinstance(value, list if key == "enum" else dict | bool)
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _complete(schema: Schema) -> Schema:
    """The schema with items for each list, and without lists of no allowed values."""
    done = dict(schema)
    kinds = done.get("type")
    is_list = "array" in (kinds if isinstance(kinds, list) else [kinds])
    if is_list and "items" not in done and "prefixItems" not in done:
        done["items"] = {}
    if done.get("enum") == []:
        del done["enum"]
    return done


def with_each_schema(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Return the schema with each one in it changed, the innermost first, and itself last."""
    return change({key: _inner(key, value, change) for key, value in schema.items()})


def _inner(key: str, value: Any, change: Callable[[Schema], Schema]) -> Any:
    if key in _MAPS and isinstance(value, dict):
        return {name: _if_schema(each, change) for name, each in value.items()}
    if key in _LISTS and isinstance(value, list):
        return [_if_schema(each, change) for each in value]
    return _if_schema(value, change) if key in _SINGLE else value


def _if_schema(value: Any, change: Callable[[Schema], Schema]) -> Any:
    return with_each_schema(value, change) if isinstance(value, dict) else value


def _referred(schema: Schema, root: Schema, followed: set[str]) -> Schema:
    """The schema with what it refers to, in the same document, in its place.

    Each reference is followed once: schemas that refer to each other would otherwise be read
    millions of times.
    """
    while (target := _target(root, reference := str(schema.get("$ref")))) is not None:
        others = {key: value for key, value in schema.items() if key != "$ref"}
        schema = others if reference in followed else {**target, **others}
        followed.add(reference)
    return schema


def _target(root: Schema, reference: str) -> Schema | None:
    if not reference.startswith("#/"):
        return None
    found: Any = root
    for step in reference[2:].split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else None


def _flat(schema: Schema, root: Schema, followed: set[str], depth: int = 0) -> Schema:
    """One schema for the combination: the properties of all branches, and what all of them require.

    A property that differs between branches may be as in any of them.
    """
    flat = {key: value for key, value in schema.items() if key not in _COMBINED}
    if depth == _DEEPEST:
        return flat
    properties: dict[str, dict[str, Any]] = {}
    required = set(_names(schema))
    _gather(properties, schema)
    for branches, is_all in _branches(schema, root, followed, depth):
        together = set.union if is_all else set.intersection
        required |= together(*(set(_names(each)) for each in branches))
        for each in branches:
            _gather(properties, each)
    flat["properties"] = {name: _any_of([*kinds.values()]) for name, kinds in properties.items()}
    if required:
        flat["required"] = sorted(required)
    return flat


def _branches(
    schema: Schema, root: Schema, followed: set[str], depth: int
) -> Iterator[tuple[list[Schema], bool]]:
    """The branches of each combination, and whether all of them hold."""
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema and _is_sound((key, schema[key])):
            known = [_referred(each, root, followed) for each in schema[key]]
            yield [_flat(each, root, followed, depth + 1) for each in known], key == "allOf"


def _gather(properties: dict[str, dict[str, Any]], schema: Schema) -> None:
    given = schema.get("properties")
    for name, kind in given.items() if isinstance(given, dict) else ():
        properties.setdefault(name, {})[json.dumps(kind, sort_keys=True)] = kind


def _any_of(kinds: list[Any]) -> Any:
    return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}


def _names(schema: Schema) -> list[str]:
    given = schema.get("required")
    return [each for each in given if isinstance(each, str)] if isinstance(given, list) else []


def _object(schema: Schema) -> Schema:
    """The schema with the type and the properties of an object, if it may be one.

    Arguments are always an object, so that its type may be added and nothing else is ruled out.
    """
    kinds = schema.get("type") or "object"
    if "object" not in (kinds if isinstance(kinds, list) else [kinds]):
        return schema
    return {**schema, "type": "object", "properties": schema.get("properties") or {}}
