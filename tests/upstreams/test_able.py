"""The able model does what the request asks, and refuses what a strict server refuses."""

import json
from typing import Any

import pytest

from tests.upstreams.able import calls_for, fault_of, text_for

TOWN: Any = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "people": {"$ref": "#/$defs/count"}},
    "$defs": {"count": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
}
TOOLS: Any = [
    {"type": "function", "function": {"name": name, "parameters": TOWN}} for name in ("town", "map")
]
CALL = {"id": "c1", "type": "function", "function": {"name": "town", "arguments": "{}"}}
SAID = {"role": "user", "content": "'Bern' has 133000 people"}
CALLED = {"role": "assistant", "content": None, "tool_calls": [CALL]}
RESULT = {"role": "tool", "tool_call_id": "c1", "content": "12 °C"}


def names(*messages: Any, **more: Any) -> list[str]:
    return [each["name"] for each in calls_for({"messages": messages, "tools": TOOLS, **more})]


def test_it_calls_the_tools_that_it_should() -> None:
    both = {"role": "user", "content": "both"}
    forced = {"type": "function", "function": {"name": "map"}}
    assert names(SAID) == ["town"]
    assert names(both) == ["town", "map"]
    assert names(both, parallel_tool_calls=False) == ["town"]
    assert names(SAID, tool_choice=forced) == ["map"]
    assert names(SAID, tool_choice="none") == []
    assert names(SAID, CALLED, RESULT) == []


def test_its_values_fit_the_schema_and_come_from_the_question() -> None:
    wanted = {"type": "json_schema", "json_schema": {"name": "town", "schema": TOWN}}
    filled = {"name": "Bern", "people": 133000}
    assert json.loads(text_for({"messages": [SAID], "response_format": wanted})) == filled
    (call,) = calls_for({"messages": [SAID], "tools": TOOLS})
    assert json.loads(call["arguments"]) == filled


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [SAID], "tools": []},
        {"messages": [SAID], "tool_choice": "auto"},
        {"messages": [SAID], "parallel_tool_calls": True},
        {"messages": [SAID], "response_format": {"type": "json_schema", "json_schema": {}}},
        {"messages": [SAID, RESULT]},
        {"messages": [SAID, CALLED, SAID]},
        {"messages": [SAID, CALLED]},
    ],
)
def test_it_refuses_what_a_strict_server_refuses(body: Any) -> None:
    assert fault_of(body)
    assert not fault_of({"messages": [SAID, CALLED, RESULT], "tools": TOOLS, "tool_choice": "auto"})
