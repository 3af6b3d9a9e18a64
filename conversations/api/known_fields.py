"""The fields of a request that are left out, and those that are refused instead."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from conversations.refusal import Refused
from conversations.upstream import (
    ALIASES,
    BY_NAME,
    HARMLESS,
    PARAMETERS,
    REFUSED,
    asks_for_something,
)

KNOWN_FIELDS = frozenset(
    {*BY_NAME, *ALIASES, "messages", "model", "stream", "stream_options", "user"}
)
_LONGEST_NAME = 100
_OLD = (("functions", "tools"), ("function_call", "tool_choice"))


def names_in(body: Mapping[str, Any]) -> dict[str, str]:
    """Return the names under which the body has the parameters that have other names as well."""
    aliases = [(alias, each.name) for each in PARAMETERS for alias in each.aliases]
    return {name: alias for alias, name in (*aliases, *_OLD) if body.get(alias) is not None}


def left_out(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that are left out, in the order of the body.

    Harmless ones are always. Raises :class:`Refused` for one that would change the answer, and for
    an unknown one if the site is set to refuse those.
    """
    others = [
        name for name, value in body.items() if value is not None and name not in KNOWN_FIELDS
    ]
    for name in others:
        if name in REFUSED and asks_for_something(name, body[name]):
            raise _refused(name)
        is_unknown = name not in HARMLESS and name not in REFUSED
        if is_unknown and settings.API_UNKNOWN_FIELDS == "refuse":
            shown = name[:_LONGEST_NAME]
            raise Refused("unknown_field", _("The field “%s” is unknown here.") % shown, shown)
    return tuple(others)


def _refused(name: str) -> Refused:
    text = _("“%s” is not supported here, and the answer would be another one without it.") % name
    advice = REFUSED[name] or _("Leave it out. An administrator can set it for a model.")
    return Refused("unsupported_parameter", f"{text} {advice}", name)
