"""Brings the body of a request into the form that is read: today's form of OpenAI's API."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from conversations.api.call_parts import with_calls_in_place
from conversations.api.calls import TODAYS_CALLS, CallForm
from conversations.api.old_functions import as_tools, uses_old_form
from conversations.api.tool_choices import with_plain_choice
from conversations.api.tool_names import with_plain_names
from conversations.api.tool_repair import repair_tools
from conversations.upstream import InvalidField


class Formed(NamedTuple):
    """A body in today's form. ``tool_faults`` says, for a header, what was left out of its tools;
    ``calls`` is the form in which the client expects calls."""

    body: Mapping[str, Any]
    tool_faults: tuple[str, ...] = ()
    calls: CallForm = TODAYS_CALLS


def in_todays_form(given: Mapping[str, Any]) -> Formed:
    """Return the body with misplaced, old and sloppy parts put right. Raises InvalidField."""
    lifted = _with_extra_body(given)
    is_old = uses_old_form(lifted)
    body = as_tools(lifted)
    faults: tuple[str, ...] = ()
    if isinstance(messages := body.get("messages"), list):
        body["messages"] = with_calls_in_place(messages)
    if isinstance(tools := body.get("tools"), list) and tools:
        body["tools"], faults = repair_tools(tools, "functions" if is_old else "tools")
    body, names = with_plain_names(with_plain_choice(body))
    return Formed(body, faults, CallForm(is_old, names))


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
