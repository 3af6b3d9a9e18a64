"""Brings the body of a request into the form that is read: today's form of OpenAI's API."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from conversations.api.old_functions import as_tools, uses_old_form
from conversations.api.tool_repair import repair_tools
from conversations.upstream import InvalidField

_CHOICES = {"auto": "auto", "none": "none", "required": "required", "any": "required"}


class Formed(NamedTuple):
    """A body in today's form. ``tool_faults`` says, for a header, what was left out of its tools;
    ``old_calls`` is True for a client that expects calls in their older form."""

    body: Mapping[str, Any]
    tool_faults: tuple[str, ...] = ()
    old_calls: bool = False


def in_todays_form(given: Mapping[str, Any]) -> Formed:
    """Return the body with misplaced, old and sloppy parts put right. Raises InvalidField."""
    lifted = _with_extra_body(given)
    old_calls = uses_old_form(lifted)
    body = as_tools(lifted)
    if "tool_choice" in body:
        body["tool_choice"] = _tool_choice(body["tool_choice"])
    if not isinstance(tools := body.get("tools"), list) or not tools:
        return Formed(body, (), old_calls)
    repaired = repair_tools(tools, "functions" if old_calls else "tools")
    return Formed({**body, "tools": repaired.tools}, repaired.faults, old_calls)


def _tool_choice(given: Any) -> Any:
    """A choice in the form of other services: Mistral's, Anthropic's, OpenAI's newer one."""
    if not isinstance(given, dict):
        return _CHOICES.get(given, given) if isinstance(given, str) else given
    kind, name = given.get("type"), given.get("name")
    if kind in ("function", "tool") and isinstance(name, str):
        return {"type": "function", "function": {"name": name}}
    if isinstance(kind, str) and given.keys() == {"type"}:
        return _CHOICES.get(kind, given)
    return given


def _with_extra_body(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The body with the fields of ``extra_body`` in their place.

    That is an argument of the package for Python, which puts its fields at the top level; programs
    without the package copy it as if it were a field.
    """
    extra = body.get("extra_body")
    if extra is None:
        return body
    if not isinstance(extra, dict):
        raise InvalidField("extra_body", "The value has the wrong type.", "an object")
    others = {name: value for name, value in body.items() if name != "extra_body"}
    for name, value in extra.items():
        if others.get(name) not in (None, value):
            text = "The body has this field as well, with another value."
            raise InvalidField(f"extra_body.{name[:100]}", text, "one of the two")
    return {**others, **extra}
