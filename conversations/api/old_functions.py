"""The older form of tools: ``functions`` and ``function_call``, in requests and in histories.

Servers have dropped it, so that it is read as tools. The answer goes back in the form in which the
client asked (``api.formats``). That form has one call in a message.
"""

from collections.abc import Mapping
from typing import Any

from conversations.upstream import InvalidField

OLD_FIELDS = ("functions", "function_call")


def uses_old_form(body: Mapping[str, Any]) -> bool:
    """Return whether the client asks with functions, and so expects ``function_call``."""
    return bool(body.get("functions")) and not body.get("tools")


def as_tools(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with the older form rewritten. Raises InvalidField where both forms ask."""
    rewritten = {name: value for name, value in body.items() if name not in OLD_FIELDS}
    if isinstance(messages := body.get("messages"), list):
        rewritten["messages"] = _messages(messages)
    functions = body.get("functions")
    if functions is not None and not isinstance(functions, list):
        raise InvalidField("functions", "The value has the wrong type.", "a list of objects")
    choice = _choice(body.get("function_call"), functions or [])
    if not functions:
        return rewritten
    if body.get("tools"):
        raise InvalidField("functions", "There are tools as well.", "either tools or functions")
    tools = [{"type": "function", "function": each} for each in functions]
    return {**rewritten, "tools": tools, "tool_choice": choice}


def _choice(given: Any, functions: list[Any]) -> Any:
    if given in (None, "auto", "none"):
        return given
    named = given.get("name") if isinstance(given, dict) else None
    names = [each.get("name") for each in functions if isinstance(each, dict)]
    if named is None or named not in names:
        allowed = "auto, none, or the name of one of the functions"
        raise InvalidField("function_call", "This choice is unknown.", allowed)
    return {"type": "function", "function": {"name": named}}


def _messages(messages: list[Any]) -> list[Any]:
    """The messages with calls that have ids; a result answers the last call of its function."""
    rewritten, ids = [], dict[str, str]()
    for position, message in enumerate(messages):
        field = f"messages[{position}]"
        if not isinstance(message, dict):
            rewritten.append(message)
        elif message.get("role") == "function":
            rewritten.append(_result(message, field, ids))
        else:
            # Nine letters and digits: Mistral takes no other ids.
            rewritten.append(_said(message, field, f"call{position:05}", ids))
    return rewritten


def _said(message: dict[str, Any], field: str, id_: str, ids: dict[str, str]) -> dict[str, Any]:
    call = message.get("function_call")
    if call is None:
        return message
    if not isinstance(call, dict) or message.get("tool_calls"):
        allowed = "an object, without tool_calls beside it"
        raise InvalidField(f"{field}.function_call", "This is no call.", allowed)
    ids[str(call.get("name"))] = id_
    others = {name: value for name, value in message.items() if name != "function_call"}
    return {**others, "tool_calls": [{"id": id_, "type": "function", "function": call}]}


def _result(message: dict[str, Any], field: str, ids: Mapping[str, str]) -> dict[str, Any]:
    id_ = ids.get(str(message.get("name")))
    if id_ is None:
        raise InvalidField(
            f"{field}.name", "No call of this function is before it.", "the name of a call"
        )
    return {"role": "tool", "tool_call_id": id_, "content": message.get("content")}
