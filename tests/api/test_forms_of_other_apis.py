"""Requests in the forms of other APIs: a choice among tools, and calls and results as parts."""

from typing import Any

import pytest

from tests.api.conftest import Gateway
from tests.api.test_request_forms import refused, sent, tool

NAMED = {"type": "function", "function": {"name": "b"}}


@pytest.mark.parametrize(
    ("choice", "meant"),
    [
        ("any", "required"),
        ("b", NAMED),
        ("REQUIRED", "required"),
        ("ANY", "required"),
        ({"name": "b"}, NAMED),
        ({"function": {"name": "b"}}, NAMED),
        ({"type": "any"}, "required"),
        ({"type": "required"}, "required"),
        ({"type": "auto"}, "auto"),
        ({"type": "none"}, "none"),
        ({"type": "tool", "name": "b"}, NAMED),
        ({"type": "function", "name": "b"}, NAMED),
        ({"type": "function", "function": {"name": "b", "parameters": None}}, NAMED),
    ],
    ids=str,
)
def test_a_choice_in_the_form_of_another_api_is_understood(
    gateway: Gateway, choice: Any, meant: Any
) -> None:
    _answer, body = sent(gateway, tools=[tool("a"), tool("b")], tool_choice=choice)
    assert body["tool_choice"] == meant


@pytest.mark.parametrize("choice", ["", {"type": "auto"}, {"type": "none"}])
def test_a_choice_among_no_tools_is_not_sent(gateway: Gateway, choice: Any) -> None:
    _answer, body = sent(gateway, tool_choice=choice)
    assert "tool_choice" not in body


@pytest.mark.parametrize("nested", [True, False])
def test_the_tools_that_may_be_called_are_the_ones_that_are_sent(
    gateway: Gateway, nested: bool
) -> None:
    allowed = {"mode": "required", "tools": [tool("b") if nested else {"name": "b"}]}
    choice = {"type": "allowed_tools", **({"allowed_tools": allowed} if nested else allowed)}
    _answer, body = sent(gateway, tools=[tool("a"), tool("b")], tool_choice=choice)
    assert (body["tools"], body["tool_choice"]) == ([tool("b")], "required")


def test_a_choice_that_forbids_two_calls_at_once_does(gateway: Gateway) -> None:
    choice = {"type": "auto", "disable_parallel_tool_use": True}
    _answer, body = sent(gateway, tools=[tool("a")], tool_choice=choice)
    assert body["parallel_tool_calls"] is False


@pytest.mark.parametrize(
    "choice",
    [
        "sometimes", {"type": "tool"}, {"type": "allowed_tools", "mode": "auto"},
        {"type": "tool", "name": "x"}, {"type": "function", "function": None},
        {"name": "x"}, {"type": "allowed_tools", "mode": "auto", "tools": [{"name": "x"}]},
        {"type": "allowed_tools", "tools": 3}, {"type": "allowed_tools", "tools": [{"name": []}]},
        {"type": "tool", "name": ["a"]}, {"type": ["auto"]}, ["a"], 7, {},
    ],
    ids=str,
)  # fmt: skip
def test_a_choice_that_cannot_be_understood_is_refused(gateway: Gateway, choice: Any) -> None:
    assert refused(gateway, tools=[tool("a")], tool_choice=choice) == "tool_choice"


@pytest.mark.parametrize("choice", ["b", {"type": "allowed_tools", "tools": [3]}])
def test_a_choice_among_what_are_no_tools_is_refused(gateway: Gateway, choice: Any) -> None:
    assert refused(gateway, tools=5, tool_choice=choice) in {"tools", "tool_choice"}


# Calls and results as parts

CALL = {"id": "c1", "type": "function", "function": {"name": "a", "arguments": '{"x": 1}'}}
USED = {"type": "tool_use", "id": "c1", "name": "a", "input": {"x": 1}}
GAVE = {"type": "tool_result", "tool_use_id": "c1", "content": "12 °C"}
ASKED = {"role": "user", "content": "tokens=1"}
SAYS = {"type": "text", "text": "Let me see."}
RESULT = {"role": "tool", "content": "12 °C", "tool_call_id": "c1"}


@pytest.mark.parametrize(
    ("said", "results"),
    [
        ({"content": [SAYS, USED]}, [{"role": "user", "content": [GAVE]}]),
        ({"content": [SAYS, USED], "tool_calls": [CALL]}, [RESULT]),
        (
            {"content": [SAYS, USED], "tool_calls": [CALL]},
            [{"role": "user", "content": [GAVE]}, RESULT],
        ),
        (
            {"content": [SAYS, USED]},
            [
                {
                    "role": "user",
                    "content": [{**GAVE, "content": [{"type": "text", "text": "12 °C"}]}],
                }
            ],
        ),
    ],
)
def test_calls_and_results_that_are_parts_are_sent_as_such_and_once(
    gateway: Gateway, said: dict[str, Any], results: list[Any]
) -> None:
    messages = [ASKED, {"role": "assistant", **said}, *results, ASKED]
    _answer, body = sent(gateway, messages=messages)
    assert body["messages"] == [
        ASKED, {"role": "assistant", "content": "Let me see.", "tool_calls": [CALL]}, RESULT, ASKED,
    ]  # fmt: skip


def test_words_beside_a_result_follow_it(gateway: Gateway) -> None:
    words = {"type": "text", "text": "And now?"}
    said = [
        ASKED,
        {"role": "assistant", "content": [USED]},
        {"role": "user", "content": [GAVE, words]},
    ]
    _answer, body = sent(gateway, messages=said)
    assert body["messages"][-2:] == [RESULT, {"role": "user", "content": "And now?"}]


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"type": "tool_use", "input": {}}, "messages[0].tool_calls[0].id"),
        ({"type": "tool_use", "id": "c1", "input": {}}, "messages[0].tool_calls[0].function.name"),
        ({"type": "tool_use", "id": [], "name": "a"}, "messages[0].tool_calls[0].id"),
        ({"type": "tool_result", "content": "x"}, "messages[0].tool_call_id"),
        ({"type": "tool_result", "tool_use_id": {}}, "messages[0].tool_call_id"),
    ],
)
def test_a_part_that_is_no_call_and_no_result_is_refused(
    gateway: Gateway, part: Any, field: str
) -> None:
    messages = [{"role": "assistant", "content": [part]}]
    assert refused(gateway, messages=messages) == field
