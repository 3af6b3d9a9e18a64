"""Sloppy schemas of functions: what is certain is corrected, and the rest removed at its place."""

from typing import Any

import pytest

from conversations.catalog.schema_repair import repaired
from conversations.catalog.schemas import faults_in

CERTAIN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, {}),
    ({"type": "object", "properties": []}, {"type": "object"}),
    ({"type": "OBJECT"}, {"type": "object"}),
    ({"type": "dict"}, {"type": "object"}),
    ({"required": None, "properties": None}, {}),
    (
        {"properties": {"a": {"type": "STRING"}, "b": {"type": "int"}, "c": {"type": "list"}}},
        {"properties": {"a": {"type": "string"}, "b": {"type": "integer"}, "c": {"type": "array"}}},
    ),
]


@pytest.mark.parametrize(("schema", "meant"), CERTAIN, ids=str)
def test_what_is_certain_is_corrected_and_nothing_is_lost(
    schema: dict[str, Any], meant: dict[str, Any]
) -> None:
    assert repaired(schema) == (meant, ())


UNCERTAIN: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = [
    ({"type": "array"}, {"type": "object"}, ["type"]),
    ({"type": 5}, {"type": "object"}, ["type"]),
    ({"properties": {"q": {"type": "strin"}}}, {"properties": {"q": {}}}, ["properties/q/type"]),
    ({"properties": {"q": 5}}, {"properties": {"q": {}}}, ["properties/q"]),
    ({"properties": {"type": "string"}}, {"properties": {"type": {}}}, ["properties/type"]),
    (
        {"properties": {"q": {"type": "string", "required": True}}},
        {"properties": {"q": {"type": "string"}}},
        ["properties/q/required"],
    ),
    ({"required": "a"}, {}, ["required"]),
    ({"required": ["a", 1, 2]}, {"required": ["a"]}, ["required/1", "required/2"]),
    ({"$defs": 5, "anyOf": []}, {}, ["$defs", "anyOf"]),
    (
        {"properties": {"q": {"anyOf": [{"type": "string"}, 7]}}},
        {"properties": {"q": {"anyOf": [{"type": "string"}]}}},
        ["properties/q/anyOf/1"],
    ),
    (
        {"properties": {"q": {"minimum": 0, "exclusiveMinimum": True, "pattern": "(["}}},
        {"properties": {"q": {"minimum": 0}}},
        ["properties/q/exclusiveMinimum", "properties/q/pattern"],
    ),
]


@pytest.mark.parametrize(("schema", "left", "places"), UNCERTAIN, ids=str)
def test_what_cannot_be_understood_is_removed_and_named_by_its_place(
    schema: dict[str, Any], left: dict[str, Any], places: list[str]
) -> None:
    before = repr(schema)
    found = repaired(schema)
    assert (found.schema, sorted(found.removed)) == (left, places)
    assert faults_in(found.schema) == []
    assert repr(schema) == before, "the stored request must not change"


def test_a_schema_that_is_right_stays_as_it_is() -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"$ref": "#/$defs/a"}, "b": {"type": ["string", "null"]}},
        "$defs": {"a": {"type": "object", "additionalProperties": False}},
        "required": ["a"],
    }
    assert repaired(schema) == (schema, ())
