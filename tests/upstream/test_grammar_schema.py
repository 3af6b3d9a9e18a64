"""Schemas as servers take them that make a grammar of each, and refuse what none can express."""

from typing import Any

import pytest

from conversations.upstream import DIALECTS, GENERIC, CompletionRequest

Json = dict[str, Any]
ANYTHING = {"type": ["string", "number", "boolean", "object", "array", "null"]}
GRAMMARS = ("llamacpp", "ollama")

CASES: list[tuple[Any, Json]] = [
    ({"type": "string", "pattern": "\\\\S"},
     {"type": "string", "description": 'pattern: "\\\\\\\\S"'}),
    ({"type": "string", "pattern": "^a$", "description": "A."},
     {"type": "string", "description": 'A.\npattern: "^a$"'}),
    ({"type": "string", "not": {"enum": [""]}},
     {"type": "string", "description": 'not: {"enum": [""]}'}),
    ({"$ref": "https://example.org/a.json"},
     {**ANYTHING, "description": '$ref: "https://example.org/a.json"'}),
    # A schema of anything would be one of an object.
    ({}, ANYTHING),
    ({"description": "Any value."}, {**ANYTHING, "description": "Any value."}),
    ({"type": "array"}, {"type": "array", "items": ANYTHING}),
    ({"type": "array", "items": {"type": "string", "pattern": "x"}},
     {"type": "array", "items": {"type": "string", "description": 'pattern: "x"'}}),
    ({"anyOf": [{"type": "string", "pattern": "x"}, {"type": "null"}]},
     {"anyOf": [{"type": "string", "description": 'pattern: "x"'}, {"type": "null"}]}),
    # What a grammar expresses stays, and so does a property by the name of a keyword.
    ({"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}),
    ({"enum": ["a", 1]}, {"enum": ["a", 1]}),
    ({"type": "object", "properties": {"pattern": {"type": "string"}}},
     {"type": "object", "properties": {"pattern": {"type": "string"}}}),
]  # fmt: skip


def asked(schema: Json) -> CompletionRequest:
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    wanted = {"type": "json_schema", "json_schema": {"name": "a", "schema": schema}}
    body = {"model": "m", "messages": [], "tools": [tool], "response_format": wanted}
    return CompletionRequest.from_wire(body)


@pytest.mark.parametrize("dialect", GRAMMARS)
@pytest.mark.parametrize(("given", "right"), CASES, ids=str)
def test_what_no_grammar_expresses_is_told_to_the_model_alone(
    given: Json, right: Json, dialect: str
) -> None:
    around = {"type": "object", "properties": {"q": given}}
    body = asked(around).to_wire(DIALECTS[dialect])
    sent = body["tools"][0]["function"]["parameters"]
    assert sent == {"type": "object", "properties": {"q": right}}


def test_the_schema_of_the_answer_is_like_that_too() -> None:
    schema = {"type": "object", "properties": {"q": {"type": "string", "pattern": "x"}}}
    wanted = asked(schema).to_wire(DIALECTS["llamacpp"])["response_format"]["json_schema"]
    assert wanted["name"] == "a"
    assert "pattern" not in wanted["schema"]["properties"]["q"]


def test_other_servers_get_the_whole_schema() -> None:
    schema = {"type": "object", "properties": {"q": {"type": "string", "pattern": "x"}, "r": {}}}
    body = asked(schema).to_wire(GENERIC)
    assert body["tools"][0]["function"]["parameters"] == schema
    assert body["response_format"]["json_schema"]["schema"] == schema
