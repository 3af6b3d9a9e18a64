"""The choice among tools in the forms of other APIs: Anthropic's, Mistral's, OpenAI's newer one.

Programs that speak to several of them send these. A choice that is none of them is left as it is,
for the check that refuses it.
"""

from collections.abc import Mapping
from typing import Any

from conversations.upstream import InvalidField

Body = dict[str, Any]
_WORDS = {"auto": "auto", "none": "none", "required": "required", "any": "required"}
# The older form of functions has no kind.
_NAMED = ("function", "tool", None)


def with_plain_choice(body: Mapping[str, Any]) -> Body:
    """Return the body with its choice as one of three words or as the name of a function.

    Raises InvalidField if it allows no tool that there is.
    """
    given = body.get("tool_choice")
    if given == "":
        return {name: value for name, value in body.items() if name != "tool_choice"}
    if isinstance(given, dict):
        return _with_object(dict(body), given)
    if isinstance(given, str):
        return {**body, "tool_choice": _named(body, given) or _word(given) or given}
    return dict(body)


def _with_object(body: Body, given: Body) -> Body:
    kind = given.get("type")
    if not isinstance(kind, str | None):
        return {**body, "tool_choice": given}
    if given.get("disable_parallel_tool_use") is True and body.get("tools"):
        body["parallel_tool_calls"] = False
    if word := _word(kind or ""):
        return {**body, "tool_choice": word}
    if kind == "allowed_tools":
        return _with_allowed(body, given)
    named = _named(body, _name_of(given)) if kind in _NAMED else None
    return {**body, "tool_choice": named or given}


def _word(given: str) -> str | None:
    """One of the words; Gemini's are in capitals."""
    return _WORDS.get(given.lower())


def _with_allowed(body: Body, given: Body) -> Body:
    """The tools that may be called, as if there were no others: servers have no other way."""
    nested = given.get("allowed_tools")
    allowed = nested if isinstance(nested, dict) else given
    listed = allowed.get("tools")
    names = {_name_of(each) for each in listed} if isinstance(listed, list) else set()
    tools = [each for each in _tools(body) if _name_of(each) in names - {None}]
    if not tools:
        raise InvalidField("tool_choice", "It allows none of the tools.", "some of the tools")
    return {**body, "tools": tools, "tool_choice": _WORDS.get(str(allowed.get("mode")), "auto")}


def _named(body: Mapping[str, Any], name: str | None) -> Body | None:
    names = [_name_of(each) for each in _tools(body)]
    return {"type": "function", "function": {"name": name}} if name and name in names else None


def _tools(body: Mapping[str, Any]) -> list[Any]:
    tools = body.get("tools")
    return tools if isinstance(tools, list) else []


def _name_of(tool: Any) -> str | None:
    function = tool.get("function", tool) if isinstance(tool, dict) else None
    name = function.get("name") if isinstance(function, dict) else None
    return name if isinstance(name, str) else None
