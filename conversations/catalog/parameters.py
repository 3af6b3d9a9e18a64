"""What each model takes of the parameters of a request, and what it is sent."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from conversations.catalog.schemas import check_schemas
from conversations.models import LanguageModel
from conversations.refusal import Refused
from conversations.upstream import (
    DEFAULT_RANGES,
    DIALECTS,
    NUMBERS,
    ChatMessage,
    CompletionRequest,
    InvalidField,
    Range,
    Ranges,
    check,
)

# An administrator may raise the upper end of these: it is the server's own. Everything else has
# the range that the wire gives it, which can only be narrowed.
SERVER_BOUND: Mapping[str, float] = {"max_tokens": 1 << 20, "top_k": 1 << 20}
WIDEST = msgspec.structs.replace(
    DEFAULT_RANGES,
    **{
        name: msgspec.structs.replace(getattr(DEFAULT_RANGES, name), high=high)
        for name, high in SERVER_BOUND.items()
    },
)
WHOLE_NUMBERS = frozenset({"max_tokens", "top_k", "n", "top_logprobs", "thinking_budget", "seed"})
# How many answers there are and how long they may be is reserved from what was asked for, and a
# seed that everybody shares is none: these have no default here.
WITHOUT_DEFAULT = frozenset({"max_tokens", "n", "seed", "top_logprobs"})

_TOOLS = frozenset({"tools", "tool_choice", "parallel_tool_calls"})
_THINKING = frozenset({"enable_thinking", "thinking_budget"})
FIELDS = (*NUMBERS, "stop", "response_format", "logprobs", *sorted(_TOOLS), "enable_thinking")


def takes(model: LanguageModel, name: str) -> bool:
    """Whether the model, on its kind of server, takes the parameter of that name."""
    if name not in DIALECTS[model.provider.dialect].fields or not _rule(model, name)["allowed"]:
        return False
    if name in _TOOLS:
        return model.takes_tools
    if name in _THINKING:
        return model.reasons
    return model.writes_json if name == "response_format" else True


def ranges_of(model: LanguageModel) -> Ranges:
    """The range of each number for this model: the service's, narrowed by the administrator."""
    return msgspec.structs.replace(
        DEFAULT_RANGES, **{name: _range(model, name) for name in NUMBERS}
    )


def default_max_tokens(model: LanguageModel) -> int:
    """The ``max_tokens`` where none is asked for and a limit counts them, never above the range."""
    return min(model.default_max_tokens, int(_range(model, "max_tokens").high))


def checked_parameters(
    parameters: dict[str, Any], model: LanguageModel | None = None
) -> dict[str, Any]:
    """The parameters of a turn, in the wire's names, within the ranges of ``model``.

    Without one, within those that any model can have. Raises :class:`Refused` with the field.
    """
    ranges = ranges_of(model) if model else WIDEST
    asked = {**parameters, "model": "any", "messages": [], "stream": True}
    try:
        request = CompletionRequest.from_wire(asked)
        check(msgspec.structs.replace(request, messages=(ChatMessage(role="user"),)), ranges)
    except InvalidField as error:
        raise Refused("invalid_parameter", str(error), error.field) from error
    check_schemas(parameters)
    return parameters


def fitted(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the model takes of parameters of the right types, brought into its ranges."""
    ranges = ranges_of(model)
    kept = _kept(model, parameters)
    return {
        name: _within(name, value, getattr(ranges, name)) if name in NUMBERS else value
        for name, value in kept.items()
    }


def clamped(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters to send: :func:`fitted`, and the model's defaults for the rest."""
    return {**_defaults(model), **fitted(model, parameters)}


def described(model: LanguageModel) -> dict[str, dict[str, Any]]:
    """The parameters that the model takes, with what a page needs to ask for them."""
    ranges, defaults = ranges_of(model), _defaults(model)
    return {
        name: _described(getattr(ranges, name), defaults.get(name)) if name in NUMBERS else {}
        for name in FIELDS
        if takes(model, name)
    }


def _described(allowed: Range, default: float | None) -> dict[str, Any]:
    return {
        "low": allowed.low,
        "high": allowed.high,
        "open_low": allowed.open_low,
        "also": list(allowed.also),
        "default": default,
    }


def _rule(model: LanguageModel, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = model.parameters.get(name) or {}
    return {"allowed": True, "low": None, "high": None, "default": None, **rule}


def _range(model: LanguageModel, name: str) -> Range:
    service: Range = getattr(DEFAULT_RANGES, name)
    rule = _rule(model, name)
    low, high = rule["low"], rule["high"]
    if name == "max_tokens" and high is None and model.context_length:
        high = min(service.high, model.context_length)
    if low is None and high is None:
        return service
    return Range(
        low=service.low if low is None else low,
        high=service.high if high is None else high,
        open_low=service.open_low and low in (None, service.low),
    )


def _kept(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    asked = dict(parameters)
    newer = asked.pop("max_completion_tokens", None)
    if newer is not None:
        asked["max_tokens"] = newer
    return {
        name: value
        for name, value in asked.items()
        if value is not None and name in FIELDS and takes(model, name)
    }


def _within(name: str, value: float, allowed: Range) -> float:
    if value in allowed:
        return value
    # What was reserved for the answer must not grow: its length is only ever cut.
    low = value if name == "max_tokens" else allowed.low
    nearest = allowed.high if value > allowed.high else low
    return int(nearest) if name in WHOLE_NUMBERS else nearest


def _defaults(model: LanguageModel) -> dict[str, Any]:
    rules = {name: _rule(model, name)["default"] for name in model.parameters}
    return {
        name: default
        for name, default in rules.items()
        if default is not None and name not in WITHOUT_DEFAULT and takes(model, name)
    }


def fault_of_rule(name: str, rule: Mapping[str, Any]) -> str | None:
    """What is wrong with an administrator's rule for a number, in words."""
    widest: Range = getattr(WIDEST, name)
    low, high, default = rule.get("low"), rule.get("high"), rule.get("default")
    for value in (low, high):
        if value is not None and not widest.low <= value <= widest.high:
            return _("%(value)s is outside %(range)s.") % {"value": value, "range": widest}
    least = widest.low if low is None else low
    most = widest.high if high is None else high
    if least > most:
        return _("The lowest value is above the highest.")
    if default is not None and not (least <= default <= most):
        return _("The default is outside the range.")
    return None
