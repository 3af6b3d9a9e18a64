"""A model that does what the request asks, behind a server that refuses what strict ones refuse.

able            calls tools and continues after their results, fills JSON schemas, reasons when
                asked to, obeys stop sequences and ``max_tokens``, otherwise repeats the question

A number or a text in single quotes in the question becomes the value of arguments. Where the
question says "both", all tools are called, otherwise one.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from .call import Call
from .good import Script, chunk

PIECE = 5
THOUGHT = ("I should ", "think.")
Json = dict[str, Any]


async def able(call: Call) -> None:
    """Answer as the request says."""
    if fault := fault_of(call.body):
        await call.whole(400, {"error": {"message": fault, "type": "invalid_request_error"}})
        return
    await call.head()
    thought = THOUGHT if call.body.get("reasoning_effort") else ()
    for piece in thought:
        await call.event(chunk(call, {"content": None, "reasoning_content": piece}))
    calls = calls_for(call.body)
    pieces = [{"tool_calls": [piece]} for each in calls for piece in _call_pieces(each)]
    reason = "tool_calls"
    if not calls:
        texts, reason = _cut(call.body, text_for(call.body))
        pieces = [{"content": text} for text in texts]
    for delta in pieces:
        await call.event(chunk(call, delta))
    await _finish(call, reason, len(thought), len(pieces))


async def _finish(call: Call, reason: str, thought: int, said: int) -> None:
    counted = {
        "prompt_tokens": 10,
        "completion_tokens": thought + said,
        "total_tokens": 10 + thought + said,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": thought},
    }
    await call.event(chunk(call, {}, reason))
    await call.event({**chunk(call, {}), "choices": [], "usage": counted})
    await call.event("[DONE]")
    await call.end()


def fault_of(body: Mapping[str, Any]) -> str:
    """The reason for which a strict server refuses a request, or an empty text."""
    tools = body.get("tools")
    if tools is not None and not tools:
        return "tools must not be empty"
    for name in ("tool_choice", "parallel_tool_calls"):
        if name in body and not tools:
            return f"{name} is only allowed when tools are specified"
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema" and not wanted["json_schema"].get("name"):
        return "response_format.json_schema.name is required"
    return _fault_of_messages(body["messages"])


def _fault_of_messages(messages: list[Json]) -> str:
    waiting: set[str] = set()
    for message in messages:
        answered = message.get("tool_call_id")
        if message["role"] == "tool" and answered not in waiting:
            return "a message with role tool must follow a message with its tool call"
        if message["role"] != "tool" and waiting:
            return f"no tool message answers {', '.join(sorted(waiting))}"
        waiting.discard(str(answered))
        for each in message.get("tool_calls") or ():
            waiting.add(each["id"])
            if not _is_object(each["function"]["arguments"]):
                return f"the arguments of {each['id']} are no JSON object"
    return f"no tool message answers {', '.join(sorted(waiting))}" if waiting else ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def calls_for(body: Mapping[str, Any]) -> list[Json]:
    """The calls that the model makes: the forced one, or those that the question is about."""
    functions = [tool["function"] for tool in body.get("tools") or ()]
    choice = body.get("tool_choice", "auto")
    if isinstance(choice, dict):
        functions = [each for each in functions if each["name"] == choice["function"]["name"]]
    elif choice == "none" or (choice == "auto" and body["messages"][-1]["role"] == "tool"):
        return []
    if "both" not in _question(body) or body.get("parallel_tool_calls") is False:
        functions = functions[:1]
    return [
        {"index": index, "id": f"call_{index}", "name": each["name"],
         "arguments": json.dumps(_value(each.get("parameters") or {}, _question(body)))}
        for index, each in enumerate(functions)
    ]  # fmt: skip


def _call_pieces(made: Json) -> list[Json]:
    """A call as servers stream it: its name first, then its arguments in two pieces."""
    head = {"index": made["index"], "id": made["id"], "type": "function"}
    halves = made["arguments"][:PIECE], made["arguments"][PIECE:]
    return [
        {**head, "function": {"name": made["name"], "arguments": ""}},
        *({"index": made["index"], "function": {"arguments": half}} for half in halves),
    ]


def text_for(body: Mapping[str, Any]) -> str:
    """The words of the answer: JSON where it is asked for, else what was said last."""
    wanted = body.get("response_format") or {}
    if wanted.get("type") == "json_schema":
        return json.dumps(_value(wanted["json_schema"]["schema"], _question(body)))
    if wanted.get("type") == "json_object":
        return json.dumps(dict.fromkeys(re.findall(r"'(\w+)'", _question(body)), "a text"))
    said = body["messages"][-1]
    return f"{'I was told' if said['role'] == 'tool' else 'You said'}: {_words(said)}"


def _cut(body: Mapping[str, Any], text: str) -> tuple[list[str], str]:
    """The text in pieces of a token, up to a stop sequence or ``max_tokens``, and why it ends."""
    stops = body.get("stop") or []
    for stop in [stops] if isinstance(stops, str) else stops:
        text = text.partition(stop)[0]
    pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
    most = body.get("max_tokens") or len(pieces)
    return pieces[:most], "length" if len(pieces) > most else "stop"


def _question(body: Mapping[str, Any]) -> str:
    said = [_words(each) for each in body["messages"] if each["role"] == "user"]
    return said[-1] if said else ""


def _words(message: Json) -> str:
    content = message.get("content") or ""
    parts = [{"text": content}] if isinstance(content, str) else content
    return "\n".join(part.get("text", "") for part in parts)


def _value(schema: Json, words: str, root: Json | None = None) -> Any:
    """A value that fits the schema."""
    root = schema if root is None else root
    if "$ref" in schema:
        return _value(root["$defs"][schema["$ref"].rpartition("/")[2]], words, root)
    for alternatives in ("anyOf", "oneOf", "allOf"):
        if alternatives in schema:
            return _value(schema[alternatives][0], words, root)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    properties = schema.get("properties", {})
    kind = schema.get("type", "object")
    if kind == "object":
        return {name: _value(each, words, root) for name, each in properties.items()}
    if kind == "array":
        return [_value(schema.get("items", {}), words, root)] * max(1, schema.get("minItems", 1))
    quoted, number = re.search(r"'([^']+)'", words), re.search(r"\d+", words)
    plain = {"integer": int(number[0]) if number else 1, "boolean": True, "null": None}
    return {**plain, "number": plain["integer"], "string": quoted[1] if quoted else "a text"}[kind]


SCRIPTS: dict[str, Script] = {"able": able}
