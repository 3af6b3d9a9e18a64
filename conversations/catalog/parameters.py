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
    MOST_STOP_SEQUENCES,
    MOST_TOOLS,
    PARAMETERS,
    ChatMessage,
    CompletionRequest,
    InvalidField,
    Parameter,
    Range,
    Ranges,
    check,
)

FIELDS = tuple(each.name for each in PARAMETERS)
_BY_NAME = {each.name: each for each in PARAMETERS}
_MOST = {"stop": {"most": MOST_STOP_SEQUENCES}, "tools": {"most": MOST_TOOLS}}
# The ranges that any model can have: some upper ends are the server's own and can be raised.
WIDEST: Ranges = {
    each.name: msgspec.structs.replace(each.range, high=each.highest or each.range.high)
    for each in PARAMETERS
    if each.range
}


def takes(model: LanguageModel, name: str) -> bool:
    """Whether the model, on its kind of server, takes the parameter of that name."""
    parameter = _BY_NAME.get(name)
    if parameter is None or model.provider.dialect not in parameter.servers:
        return False
    able = parameter.needs is None or getattr(model, parameter.needs)
    return bool(able and _rule(model, name)["allowed"])


def ranges_of(model: LanguageModel) -> Ranges:
    """The range of each number for this model: the service's, narrowed by the administrator."""
    return {name: _range(model, name) for name in DEFAULT_RANGES}


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
        name: _within(name, value, ranges[name]) if name in ranges else value
        for name, value in kept.items()
    }


def clamped(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters to send: :func:`fitted`, and the model's defaults for the rest."""
    return {**_defaults(model), **fitted(model, parameters)}


def described(model: LanguageModel) -> dict[str, dict[str, Any]]:
    """The parameters that the model takes, with what a page needs to ask for them."""
    ranges, defaults = ranges_of(model), _defaults(model)
    return {
        each.name: _described(each, ranges[each.name], defaults)
        if each.range
        else _MOST.get(each.name, {})
        for each in PARAMETERS
        if takes(model, each.name)
    }


def _described(parameter: Parameter, allowed: Range, defaults: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "whole": parameter.kind == "integer",
        "low": allowed.low,
        "high": allowed.high,
        "open_low": allowed.open_low,
        "also": list(allowed.also),
        "default": defaults.get(parameter.name),
    }


def _rule(model: LanguageModel, name: str) -> dict[str, Any]:
    rule: dict[str, Any] = model.parameters.get(name) or {}
    return {"allowed": True, "low": None, "high": None, "default": None, **rule}


def _range(model: LanguageModel, name: str) -> Range:
    service = DEFAULT_RANGES[name]
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
    return int(nearest) if _BY_NAME[name].kind == "integer" else nearest


def _defaults(model: LanguageModel) -> dict[str, Any]:
    rules = {each.name: _rule(model, each.name) for each in PARAMETERS if each.has_default}
    return {
        name: rule["default"]
        for name, rule in rules.items()
        if rule["default"] is not None and takes(model, name)
    }


def fault_of_rule(name: str, rule: Mapping[str, Any]) -> str | None:
    """What is wrong with an administrator's rule for a number, in words."""
    widest = WIDEST[name]
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
