"""Schemas of functions as servers take them that refuse what JSON Schema allows."""

import json
import time
from typing import Any

import pytest

from conversations.upstream import GENERIC, CompletionRequest

Json = dict[str, Any]
TEXT: Json = {"type": "string"}
NUMBER: Json = {"type": "number"}


def sent(schema: Json, **function: Any) -> Json:
    """The function as the server gets it."""
    tool = {"type": "function", "function": {"name": "f", "parameters": schema, **function}}
    asked = CompletionRequest.from_wire({"model": "m", "messages": [], "tools": [tool]})
    written: Json = asked.to_wire(GENERIC)["tools"][0]["function"]
    return written


def of(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


LISTS: list[tuple[Json, Json]] = [
    ({"type": "array"}, {"type": "array", "items": {}}),
    ({"type": ["array", "null"]}, {"type": ["array", "null"], "items": {}}),
    ({"type": "array", "items": TEXT}, {"type": "array", "items": TEXT}),
    ({"type": "array", "prefixItems": [TEXT]}, {"type": "array", "prefixItems": [TEXT]}),
    (
        {"type": "array", "items": {"type": "array"}},
        {"type": "array", "items": {"type": "array", "items": {}}},
    ),
    ({"anyOf": [{"type": "array"}, TEXT]}, {"anyOf": [{"type": "array", "items": {}}, TEXT]}),
    (of(deep={"type": "array"}), of(deep={"type": "array", "items": {}})),
    ({**TEXT, "enum": []}, TEXT),
    ({**TEXT, "enum": ["a"]}, {**TEXT, "enum": ["a"]}),
    # A property may have the name of a keyword.
    (of(type=TEXT, enum=TEXT, items={"type": "array"}),
     of(type=TEXT, enum=TEXT, items={"type": "array", "items": {}})),
]  # fmt: skip


@pytest.mark.parametrize(("given", "right"), LISTS, ids=str)
def test_a_list_has_items_and_something_is_allowed(given: Json, right: Json) -> None:
    assert sent(of(q=given))["parameters"] == of(q=right)
    definitions = {"$defs": {"q": given}}
    assert sent({**of(), **definitions})["parameters"]["$defs"] == {"q": right}


@pytest.mark.parametrize("key", ["$defs", "definitions"])
def test_a_reference_at_the_top_is_what_it_refers_to(key: str) -> None:
    whole = {key: {"a/b": of(a=TEXT), "c": {"$ref": f"#/{key}/a~1b"}}}
    assert sent({"$ref": f"#/{key}/c", **whole})["parameters"] == {**of(a=TEXT), **whole}
    for lost in ("#/$defs/x", "https://example.org/x.json", 5):
        assert sent({"$ref": lost})["parameters"] == {"$ref": lost, **of()}
    around = {"$defs": {"a": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}
    assert sent(around)["parameters"]["type"] == "object"


COMBINED: list[tuple[Json, Json]] = [
    ({"anyOf": [of(a=TEXT), of(b=TEXT)]}, of(a=TEXT, b=TEXT)),
    (
        {**of(a=TEXT, b=TEXT), "anyOf": [{"required": ["a"]}, {"required": ["b"]}]},
        of(a=TEXT, b=TEXT),
    ),
    (
        {"oneOf": [
            {**of(kind={"const": "x"}, a=TEXT), "required": ["kind", "a"]},
            {**of(kind={"const": "y"}), "required": ["kind"]},
        ]},
        {**of(kind={"anyOf": [{"const": "x"}, {"const": "y"}]}, a=TEXT), "required": ["kind"]},
    ),
    (
        {"allOf": [{**of(a=TEXT), "required": ["a"]}, {**of(b=NUMBER), "required": ["b"]}]},
        {**of(a=TEXT, b=NUMBER), "required": ["a", "b"]},
    ),
    ({**of(a=TEXT), "required": ["a"], "not": {"required": ["b"]}},
     {**of(a=TEXT), "required": ["a"]}),
]  # fmt: skip


@pytest.mark.parametrize(("given", "right"), COMBINED, ids=str)
def test_a_combination_at_the_top_is_one_object_and_the_model_is_told(
    given: Json, right: Json
) -> None:
    function = sent(given, description="Looks.", strict=True)
    assert function["parameters"] == right
    first, remark = function["description"].split("\n")
    assert first == "Looks."
    combined = {key: given[key] for key in ("anyOf", "oneOf", "allOf", "not") if key in given}
    assert json.loads(remark.partition(": ")[2]) == combined
    # The server would hold the model to a schema that is not the whole one.
    assert "strict" not in function
    assert sent(given)["description"].startswith("The arguments follow this schema too: ")


def test_a_branch_that_is_a_reference_is_read_as_well() -> None:
    definitions = {"a": of(a=TEXT), "b": {"anyOf": [of(b=TEXT), of(c=TEXT)]}}
    branches = [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/b"}]
    right = {"$defs": definitions, **of(a=TEXT, b=TEXT, c=TEXT)}
    assert sent({"anyOf": branches, "$defs": definitions})["parameters"] == right


def test_a_schema_that_refers_to_itself_has_an_end() -> None:
    branches = [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}]
    given = {"$defs": {"a": {"allOf": branches, **of(a=TEXT)}}, "$ref": "#/$defs/a"}
    assert sent(given)["parameters"]["properties"] == {"a": TEXT}


def test_schemas_that_refer_to_each_other_and_many_branches_are_read_quickly() -> None:
    references = [{"$ref": f"#/$defs/{number}"} for number in range(20)]
    definitions = {str(number): {"anyOf": references, **of(a=TEXT)} for number in range(20)}
    given = {"$defs": definitions, "$ref": "#/$defs/0"}
    many = {"oneOf": [of(kind={"const": number}) for number in range(5_000)]}
    began = time.process_time()
    assert sent(given)["parameters"]["properties"] == {"a": TEXT}
    assert len(sent(many)["parameters"]["properties"]["kind"]["anyOf"]) == 5_000
    # In processor time, because the machine may do other things meanwhile.
    assert time.process_time() - began < 5


def test_combinations_below_the_top_stay() -> None:
    deep = {"anyOf": [TEXT, {"type": "null"}]}
    assert sent(of(q=deep)) == {"name": "f", "parameters": of(q=deep)}
