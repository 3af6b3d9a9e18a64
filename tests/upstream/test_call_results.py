"""Calls and results in a history: each call has one result behind it, whatever was sent."""

from typing import Any

import pytest

from conversations.upstream import GENERIC, CompletionRequest

Json = dict[str, Any]
ASKED: Json = {"role": "user", "content": "Go on."}


def called(*ids: str) -> Json:
    function = {"name": "f", "arguments": "{}"}
    calls = [{"id": id_, "type": "function", "function": function} for id_ in ids]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def result(content: str, id_: str = "a") -> Json:
    return {"role": "tool", "content": content, "tool_call_id": id_}


def user(content: str) -> Json:
    return {"role": "user", "content": content}


NONE = "There is no result of this call."
SAID: Json = {"role": "assistant", "content": "Wait."}
TURN = called("a")
HISTORIES: dict[str, tuple[list[Json], list[Json]]] = {
    "whole": ([ASKED, TURN, result("1"), ASKED], [ASKED, TURN, result("1"), ASKED]),
    "stopped before the result": ([TURN, ASKED], [TURN, result(NONE), ASKED]),
    "stopped at the end": ([ASKED, TURN], [ASKED, TURN, result(NONE)]),
    "one of two results": (
        [called("a", "b"), result("2", "b"), ASKED],
        [called("a", "b"), result(NONE), result("2", "b"), ASKED],
    ),
    "results in another order": (
        [called("a", "b"), result("2", "b"), result("1"), ASKED],
        [called("a", "b"), result("1"), result("2", "b"), ASKED],
    ),
    "words before the result": (
        [TURN, user("Wait"), result("1"), ASKED],
        [TURN, result("1"), user("Wait"), ASKED],
    ),
    "two turns before their results": (
        [TURN, called("b"), result("1"), result("2", "b")],
        [TURN, result("1"), called("b"), result("2", "b")],
    ),
    "a result in two pieces": ([TURN, result("1"), result("2")], [TURN, result("1\n2")]),
    "a result whose call is gone": ([ASKED, result("1"), ASKED], [ASKED, user("1"), ASKED]),
    "a result before its call": ([result("1"), TURN], [user("1"), TURN, result(NONE)]),
    "a result behind words alone": ([ASKED, SAID, result("1")], [ASKED, SAID, user("1")]),
    "a result of another call": (
        [TURN, result("1", "z"), ASKED],
        [TURN, result(NONE), user("1"), ASKED],
    ),
    "one id in two turns": (
        [TURN, result("1"), TURN, result("2")],
        [TURN, result("1"), TURN, result("2")],
    ),
    "one id for two calls": (
        [called("a", "a"), result("1"), result("2"), ASKED],
        [called("a", "a_2"), result("1"), result("2", "a_2"), ASKED],
    ),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_each_call_has_one_result_behind_it_and_none_is_lost(name: str) -> None:
    given, right = HISTORIES[name]
    asked = CompletionRequest.from_wire({"model": "m", "messages": given})
    assert asked.to_wire(GENERIC)["messages"] == right


def test_a_result_keeps_the_name_of_its_function() -> None:
    given = [TURN, {**result("1"), "name": "f"}]
    asked = CompletionRequest.from_wire({"model": "m", "messages": given})
    assert asked.to_wire(GENERIC)["messages"][1]["name"] == "f"
