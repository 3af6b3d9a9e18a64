"""Repairs the tools of a request one by one: a sloppy one does not take the others with it.

Programs that gather functions from many servers send what those wrote. What is certain is repaired;
what is not is left out, a schema at the place of its fault and else the tool, and a header says so.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from conversations.api.json_shape import check_shape
from conversations.catalog.schema_repair import repaired
from conversations.refusal import Refused
from conversations.upstream import InvalidField

Tool = dict[str, Any]
# OpenAI's name of the schema, Anthropic's, and that of the Model Context Protocol.
_SCHEMAS = ("parameters", "input_schema", "inputSchema")


class RepairedTools(NamedTuple):
    """Tools that a strict server takes, and what was left out for it, in words for a header."""

    tools: list[Tool]
    faults: tuple[str, ...] = ()


def repair_tools(given: list[Any], field: str = "tools") -> RepairedTools:
    """Repair each tool. Raises InvalidField, for the first one, if none is left."""
    tools: list[Tool] = []
    faults: list[str] = []
    first: InvalidField | None = None
    for position, tool in enumerate(given):
        path, taken = f"{field}[{position}]", {each["function"]["name"] for each in tools}
        try:
            function, removed = _function(tool, path, taken)
        except InvalidField as invalid:
            first = first or invalid
            faults.append(f"{invalid.field} {_name_of(tool)} left out".replace("  ", " "))
            continue
        tools.append({"type": "function", "function": function})
        faults += [f"{path}.function.{place} {function['name']} ignored" for place in removed]
    if first and not tools:
        raise first
    return RepairedTools(tools, tuple(faults))


def _name_of(tool: Any) -> str:
    function = _described(tool)
    return str(function.get("name", "")) if isinstance(function, dict) else ""


def _described(tool: Any) -> Any:
    """The function of a tool, also where it is not nested below ``function``."""
    if not isinstance(tool, dict):
        return None
    return tool.get("function") or (tool if "name" in tool else None)


def _function(tool: Any, path: str, taken: set[str]) -> tuple[Tool, list[str]]:
    """The function with what could not be understood left out, and the places of that."""
    given = _checked(tool, path, taken)
    schema, removed = _parameters(given)
    function = {"name": given["name"], "parameters": schema}
    for key, kind in (("description", str), ("strict", bool)):
        if isinstance(given.get(key), kind):
            function[key] = given[key]
        elif given.get(key) is not None:
            removed.append(key)
    if removed:
        # The server would hold the model to a schema that is not the whole one.
        function.pop("strict", None)
    return function, removed


def _checked(tool: Any, path: str, taken: set[str]) -> Mapping[str, Any]:
    if not isinstance(tool, dict):
        raise InvalidField(path, "This is not an object.", "a JSON object")
    if tool.get("type") not in (None, "function"):
        raise InvalidField(f"{path}.type", "This kind of tool is unknown.", "function")
    given = _described(tool)
    if not isinstance(given, dict):
        raise InvalidField(f"{path}.function", "The field is missing.", "an object")
    name, field = given.get("name"), f"{path}.function.name"
    if not isinstance(name, str) or not name.strip():
        raise InvalidField(field, "This is no name for a function.", "a text")
    if name in taken:
        raise InvalidField(field, "The name is used twice.", "a name for each function")
    return given


def _parameters(function: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    given = next((function[key] for key in _SCHEMAS if function.get(key) is not None), None)
    if isinstance(given, str):
        given = _decoded(given)
    if given in (None, [], {}, ""):
        return {}, []
    if not isinstance(given, dict):
        return {}, ["parameters"]
    schema, removed = repaired(given)
    return schema, [f"parameters/{place}".rstrip("/") for place in removed]


def _decoded(text: str) -> Any:
    """The schema that a program has encoded once too often, within the bounds of a body; or else
    the text."""
    try:
        check_shape(text.encode())
        return json.loads(text)
    except (Refused, ValueError):
        return text
