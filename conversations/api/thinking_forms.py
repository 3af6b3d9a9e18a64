"""The amount of thinking, in the forms of other APIs: `thinking` and `reasoning`, both objects.

A server that knows them is sent them as they are. For another one they are read as the fields that
it knows, if these say all that was said.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from conversations.catalog.parameters import takes
from conversations.models import LanguageModel
from conversations.upstream import BY_NAME, CompletionRequest

# The field that each key stands for. What is left out of the reply changes no answer.
_KEYS: Mapping[str, Mapping[str, str]] = {
    "thinking": {"type": "enable_thinking", "budget_tokens": "thinking_budget"},
    "reasoning": {
        "effort": "reasoning_effort",
        "enabled": "enable_thinking",
        "max_tokens": "thinking_budget",
        "exclude": "",
        "summary": "",
    },
}
_SWITCHES: Mapping[Any, bool | None] = {"enabled": True, "disabled": False, "auto": None}


def with_known_fields(request: CompletionRequest, model: LanguageModel) -> CompletionRequest:
    """Return the request with fields that the model's server knows; unchanged where there are none.

    Raises InvalidField for a value that no such field can have.
    """
    for form, keys in _KEYS.items():
        given = request.others.get(form)
        if given is None or takes(model, form) or not given.keys() <= keys.keys():
            continue
        fields = _fields(given, keys)
        if all(takes(model, name) or _asks_for_none(value) for name, value in fields.items()):
            request = _rewritten(request, form, fields)
    return _with_a_switch(request, model)


def _with_a_switch(request: CompletionRequest, model: LanguageModel) -> CompletionRequest:
    """The request with thinking turned off, where a server has that and no effort of none."""
    effort = BY_NAME["reasoning_effort"]
    is_none = request.value_of(effort) == "none"
    has_none = effort.value_for(model.provider.dialect, "none") is not None
    if not is_none or has_none or request.enable_thinking:
        return request
    others = {name: value for name, value in request.others.items() if name != effort.name}
    return msgspec.structs.replace(request, others=others, enable_thinking=False)


def _asks_for_none(value: Any) -> bool:
    # The check of all fields decides whether a model can do without.
    return value is False


def _fields(given: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, Any]:
    found = {keys[key]: value for key, value in given.items() if keys[key] and value is not None}
    switch = found.get("enable_thinking")
    if isinstance(switch, str) and switch in _SWITCHES:
        found["enable_thinking"] = _SWITCHES[switch]
    return {name: value for name, value in found.items() if value is not None}


def _rewritten(request: CompletionRequest, form: str, fields: dict[str, Any]) -> CompletionRequest:
    """The request without the form; a field that it has itself stays."""
    body = {"model": request.model, "messages": [], **fields, **request.parameters()}
    read = CompletionRequest.from_wire(body)
    others = {name: value for name, value in read.others.items() if name != form}
    return msgspec.structs.replace(
        request,
        others=others,
        enable_thinking=read.enable_thinking,
        thinking_budget=read.thinking_budget,
    )
