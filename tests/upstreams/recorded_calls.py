"""Recordings of tool calls, in pieces of every manner."""

import json
from typing import Any

from .recorded import (
    DONE,
    Recording,
    Right,
    called,
    chunk,
    ended,
    event,
    in_one,
    piece,
    said,
    streamed,
    whole,
)
from .recorded_reasoning import delta

F = ("f", '{"x":1}')
G = ("g", '{"y":2}')
TOOLS = {"tools": [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("f", "g", "get_weather", "get_time")
]}  # fmt: skip


def calls(right: tuple[tuple[str, str], ...], *steps: bytes, **more: Any) -> Recording:
    """Return an answer of tool calls."""
    reason = more.pop("reason", "tool_calls")
    wanted = Right(calls=right, finish="tool_calls")
    return streamed(wanted, *steps, ended(reason), DONE, asked=more.pop("asked", TOOLS))


WEATHER = (("get_weather", '{"x":1}'),)
CALLS = {
    "index runs ahead": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments="")),
        called(piece(0, arguments=F[1])),
        called(piece(0, "b", name="g", arguments="")),
        called(piece(1, arguments=G[1])),
    ),
    "index stays behind": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments="")),
        called(piece(0, arguments=F[1])),
        called(piece(1, "b", name="g", arguments="")),
        called(piece(0, arguments=G[1])),
    ),
    "late name": calls(
        (F,), called(piece(0, "a", arguments=F[1])), called(piece(0, name="f")),
    ),
    "late id": calls(
        (F,), called(piece(0, name="f")), called(piece(0, "a")), called(piece(0, arguments=F[1]))
    ),
    "no name but one tool": calls(
        (F,), called(piece(0, "a", arguments=F[1])), asked={"tools": TOOLS["tools"][:1]}
    ),
    "name in pieces": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, name="weather")),
        called(piece(0, arguments='{"x"')),
        called(piece(0, arguments=":1}")),
    ),
    "name in pieces with the id": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, "a", name="weather", arguments='{"x":1}')),
    ),
    "name in pieces without tools": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, name="weather", arguments='{"x":1}')),
        asked={},
    ),
    "name so far": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, "a", name="get_weather")),
        called(piece(0, "a", arguments='{"x":1}')),
    ),
    "name and id in each piece": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')),
        called(piece(0, "a", name="f", arguments=":1}")),
        called(piece(0, "b", name="g", arguments='{"y"')),
        called(piece(0, "b", name="g", arguments=":2}")),
    ),
    "one id for all": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')),
        called(piece(0, "a", arguments=":1}")),
        called(piece(1, "a", name="g", arguments='{"y"')),
        called(piece(1, "a", arguments=":2}")),
    ),
    "one id and one function": calls(
        (F, ("f", '{"x":2}')),
        called(piece(0, "a", name="f", arguments=F[1])),
        called(piece(0, "a", name="f", arguments='{"x":2}')),
    ),
    "a new id in each piece": calls(
        (F,),
        called(piece(0, "a", name="f", arguments="")),
        called(piece(0, "b", arguments='{"x"')),
        called(piece(0, "c", arguments=":1}")),
    ),
    "index null": calls(
        (F, G),
        called({"index": None, "id": "a", "function": {"name": "f", "arguments": '{"x"'}}),
        called({"index": None, "id": None, "function": {"arguments": ":1}"}}),
        called({"index": None, "id": "b", "function": {"name": "g", "arguments": ""}}),
        called({"index": None, "function": {"name": None, "arguments": G[1]}}),
    ),
    "index as text": calls(
        (F, G),
        called(piece("0", "a", name="f")), called(piece("1", "b", name="g")),
        called(piece("1", arguments=G[1])), called(piece("0", arguments=F[1])),
    ),
    "index as float": calls(
        (F, G),
        called(piece(0.0, name="f"), piece(1.0, name="g")),
        called(piece(1.0, arguments=G[1])), called(piece(0.0, arguments=F[1])),
    ),
    "behind the reason": calls(
        (F,), ended("stop"), called(piece(0, "a", name="f", arguments=F[1])), reason=None
    ),
    "none in spite of the reason": streamed(Right("Hi"), said("Hi"), called(piece(0, "")),
        ended("tool_calls"), DONE, asked=TOOLS),
    "interleaved by index": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"'), piece(1, "b", name="g")),
        called(piece(1, arguments='{"y"'), piece(0, arguments=":1")),
        called(piece(0, arguments="}"), piece(1, arguments=":2}")),
    ),
    "interleaved by id": calls(
        (F, G),
        called(piece(None, "a", name="f", arguments='{"x"')),
        called(piece(None, "b", name="g", arguments='{"y"')),
        called(piece(None, "a", arguments=":1}")),
        called(piece(None, "b", arguments=":2}")),
    ),
    "interleaved by id at one index": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')),
        called(piece(0, "b", name="g", arguments='{"y"')),
        called(piece(0, "a", arguments=":1}")),
        called(piece(0, "b", arguments=":2}")),
    ),
    "no id and no index": calls(
        (F, G), called(piece(name="f", arguments='{"x":1}'), piece(name="g", arguments=G[1])),
        reason="stop",
    ),
    "names alone": calls((("f", "{}"), ("g", "{}")), called(piece(name="f"), piece(name="g"))),
    "object": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments={"x": 1})),
        called(piece(1, "b", name="g", arguments={"y": 2})),
    ),
    "placeholder": calls(
        (F,), called(piece(0, "a", name="f", arguments={})), called(piece(0, arguments='{"x"')),
        called(piece(0, arguments=":1}")),
    ),
    "no arguments": calls((("f", "{}"),), called(piece(0, "a", name="f", arguments="{}"))),
    "again at the end": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')), called(piece(0, arguments=":1}")),
        called(piece(1, "b", name="g", arguments=G[1])),
        called(piece(0, "a", name="f", arguments='{"x": 1}'), piece(1, "b", name="g",
            arguments=G[1])),
    ),
    "again without ids": calls(
        (F, G),
        called(piece(name="f", arguments=F[1])), called(piece(name="g", arguments=G[1])),
        called(piece(name="f", arguments=F[1]), piece(name="g", arguments=G[1])),
    ),
    "again and encoded twice": calls(
        (F,),
        called(piece(0, "a", name="f", arguments='{"x"')), called(piece(0, "a", arguments=":1}")),
        called(piece(0, "a", name="f", arguments=json.dumps(F[1]))),
    ),
    "alike in one list": calls(
        (F, F), called(piece(name="f", arguments=F[1]), piece(name="f", arguments=F[1]))
    ),
    "alike in one list at one index": calls(
        (F, F), called(piece(0, name="f", arguments=F[1]), piece(0, name="f", arguments=F[1]))
    ),
    "alike without arguments": calls(
        (("f", "{}"), ("f", "{}")), called(piece(name="f"), piece(name="f"))
    ),
    "a list for no arguments": calls((("f", "{}"),), called(piece(0, "a", name="f", arguments=[]))),
    "a reason in each piece": calls(
        (F,),
        *(
            event(chunk({"tool_calls": [each]}, "tool_calls"))
            for each in (
                piece(0, "a", name="f", arguments=""),
                piece(0, arguments='{"x"'),
                piece(0, arguments=":1}"),
            )
        ),
    ),
    "again as a message": calls(
        (F,),
        called(piece(0, "a", name="f", arguments=F[1])),
        event(chunk({}, "tool_calls", message={"tool_calls": [piece(0, "a", name="f",
            arguments=F[1])]})),
    ),
    "function call": calls(
        (F,),
        delta(function_call={"name": "f", "arguments": ""}),
        delta(function_call={"arguments": F[1]}),
        reason="function_call",
    ),
    "without function": calls(
        (F,), called({"index": 0, "id": "a", "name": "f", "arguments": F[1]})
    ),
    "damaged": calls(
        (("f", '{"x":1}{"y":2}'),),
        called(piece(0, "a", name="f", arguments=F[1])), called(piece(0, arguments=G[1])),
    ),
    "in one": in_one(Right(calls=(F, G), finish="tool_calls"), whole({"content": None,
        "tool_calls": [piece(None, "a", name="f", arguments=F[1]), piece(None, "b", name="g",
        arguments={"y": 2})]}), asked=TOOLS),
}  # fmt: skip
