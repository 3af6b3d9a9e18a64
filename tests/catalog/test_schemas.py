"""Thirty schemas and thirty sets of tools: valid ones are sent unchanged, invalid ones are refused
with the place of the fault."""

import time
from typing import Any
from uuid import uuid4

import pytest

from conversations.catalog.schemas import check_schema
from conversations.chat import actions
from conversations.chat.turns import NewMessage
from conversations.database.threads import in_thread
from conversations.models import Generation, Message
from conversations.refusal import Refused
from tests.playing import Stage, play

pytestmark = pytest.mark.django_db(transaction=True)

OBJECT = {"type": "object", "properties": {}}
TREE = {
    "$defs": {"node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/node"}}}},
    "$ref": "#/$defs/node",
}
RIGHT_SCHEMAS: list[dict[str, Any]] = [
    {},
    OBJECT,
    TREE,
    {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]},
    {"type": ["object", "null"]},
    {"type": "array", "items": {"type": "integer", "minimum": 0, "exclusiveMaximum": 10}},
    {"type": "array", "prefixItems": [{"type": "string"}], "items": False},
    {"enum": ["a", 1, None, {"b": []}]},
    {"const": {"a": 1}},
    {"anyOf": [{"type": "string"}, {"type": "number", "multipleOf": 0.5}]},
    {"oneOf": [OBJECT, True], "not": {"required": ["x"]}},
    {"type": "string", "pattern": "^[a-zé]+$", "minLength": 1, "maxLength": 9, "format": "email"},
    {"if": {"required": ["a"]}, "then": {"required": ["b"]}, "else": {"maxProperties": 1}},
    {"patternProperties": {"^x-": {"type": "string"}}, "additionalProperties": False},
    {"title": "Früchte 水果", "description": "quotes \" and ' and <b>", "x-own": {"kept": True}},
]
WRONG_SCHEMAS: list[tuple[Any, str]] = [
    ({"type": "strong"}, "/type"),
    ({"type": 7}, "/type"),
    ({"type": ["string", "string"]}, "/type"),
    ({"properties": []}, "/properties"),
    ({"properties": {"a": 1}}, "/properties/a"),
    ({"properties": {"a": {"type": "int"}}}, "/properties/a/type"),
    ({"required": "a"}, "/required"),
    ({"required": ["a", 1]}, "/required/1"),
    ({"items": {"minimum": "0"}}, "/items/minimum"),
    ({"minLength": -1}, "/minLength"),
    ({"multipleOf": 0}, "/multipleOf"),
    ({"anyOf": []}, "/anyOf"),
    ({"enum": "a"}, "/enum"),
    ({"$defs": {"a": {"maxItems": 1.5}}}, "/$defs/a/maxItems"),
    ({"not": "string"}, "/not"),
]


def tool(name: str = "f", **function: Any) -> dict[str, Any]:
    """Return a tool as JSON."""
    return {"type": "function", "function": {"name": name, "parameters": OBJECT, **function}}


ARGUMENTS: list[dict[str, Any]] = [
    OBJECT,
    {**OBJECT, "required": []},
    {**OBJECT, "additionalProperties": False},
    {"type": "object", "properties": {"a": {"type": ["string", "null"]}}, "required": ["a"]},
    {"type": "object", "properties": {"a": RIGHT_SCHEMAS[6]}},
    {"type": "object", "properties": {"a": RIGHT_SCHEMAS[11], "b": RIGHT_SCHEMAS[7]}},
    {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": OBJECT}},
]
RIGHT_TOOLS: list[list[dict[str, Any]]] = [
    *([tool(parameters=schema)] for schema in ARGUMENTS),
    [tool(description="")],
    [tool(description="Says what the weather is. 天气 <script>")],
    [tool(strict=True)],
    [tool(strict=False)],
    [tool("get_weather"), tool("get-time")],
    [tool("a" * 64)],
    [tool("0")],
    [tool(f"f{number}") for number in range(128)],
]
WRONG_TOOLS: list[tuple[Any, str]] = [
    ([tool("")], "tools[0].function.name"),
    ([tool("a b")], "tools[0].function.name"),
    ([tool("wetter_für")], "tools[0].function.name"),
    ([tool(), tool()], "tools[1].function.name"),
    ([tool(f"f{number}") for number in range(129)], "tools"),
    ([tool(description=7)], "tools[0].function.description"),
    ([tool(strict="yes")], "tools[0].function.strict"),
    ([tool(parameters=[])], "tools[0].function.parameters"),
    ([tool(parameters={"type": "strong"})], "tools[0].function.parameters/type"),
    (
        [tool(), tool("g", parameters={"properties": {"a": 1}})],
        "tools[1].function.parameters/properties/a",
    ),
    ([tool(parameters={"type": "array"})], "tools[0].function.parameters/type"),
    ([{"type": "function"}], "tools[0].function"),
    ([{"type": "function", "function": {}}], "tools[0].function.name"),
    (["f"], "tools[0]"),
    ({"f": {}}, "tools"),
]


def test_there_are_thirty_of_each() -> None:
    assert len(RIGHT_SCHEMAS) + len(WRONG_SCHEMAS) == 30
    assert len(RIGHT_TOOLS) + len(WRONG_TOOLS) == 30


def asked(schema: Any) -> dict[str, Any]:
    """Return the parameters for an answer with this schema."""
    return {
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": schema}}
    }


async def _send(stage: Stage, model: str, parameters: dict[str, Any]) -> Any:
    return await actions.send(
        stage.alice, uuid4(), NewMessage(None, None, "Please, tokens=1", model, parameters)
    )


def test_what_is_right_reaches_the_upstream_as_given() -> None:
    every = [asked(schema) for schema in RIGHT_SCHEMAS] + [{"tools": each} for each in RIGHT_TOOLS]

    async def work(stage: Stage) -> None:
        model = await stage.model("good")
        for parameters in every:
            await stage.ended(await _send(stage, model, parameters))
            body = stage.upstream.calls[-1].body
            assert {name: body[name] for name in parameters} == parameters

    play(work)


@pytest.mark.parametrize(("schema", "place"), WRONG_SCHEMAS)
def test_a_wrong_schema_is_named_with_its_place_and_nothing_is_sent(
    schema: Any, place: str
) -> None:
    refused = _refused(asked(schema))
    assert refused.field == f"response_format.json_schema.schema{place}"
    assert f"The schema is wrong at {place}:" in str(refused)


@pytest.mark.parametrize(("tools", "place"), WRONG_TOOLS)
def test_wrong_tools_are_named_with_their_place_and_nothing_is_sent(tools: Any, place: str) -> None:
    assert _refused({"tools": tools}).field == place


def _refused(parameters: dict[str, Any]) -> Refused:
    async def work(stage: Stage) -> Refused:
        model = await stage.model("good")
        with pytest.raises(Refused) as refused:
            await _send(stage, model, parameters)
        assert stage.upstream.calls == []
        assert await in_thread(Message.objects.count) == 0
        assert await in_thread(Generation.objects.count) == 0
        return refused.value

    return play(work)


def test_the_largest_schema_is_checked_quickly() -> None:
    properties = {f"p{number}": {"type": "string"} for number in range(9_000)}
    before = time.process_time()
    check_schema({"type": "object", "properties": properties}, "schema")
    # About ten milliseconds; all other answers wait meanwhile.
    assert time.process_time() - before < 0.5


def test_nothing_that_a_schema_refers_to_is_fetched() -> None:
    check_schema({"$schema": "http://127.0.0.1:9/", "$ref": "http://127.0.0.1:9/x"}, "schema")
