"""Parameters of one model: the accepted ones, their ranges, and the values that are sent."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from conversations.catalog.schemas import check_schemas
from conversations.models import LanguageModel
from conversations.refusal import Refused
from conversations.upstream import (
    ALIASES,
    BY_NAME,
    DEFAULT_RANGES,
    PARAMETERS,
    ChatMessage,
    CompletionRequest,
    InvalidField,
    Parameter,
    Range,
    Ranges,
    check,
    nearest,
)

FIELDS = tuple(each.name for each in PARAMETERS)
# The widest ranges that a model can have: administrators can raise some upper ends.
WIDEST: Ranges = {
    each.name: msgspec.structs.replace(each.range, high=each.highest or each.range.high)
    for each in PARAMETERS
    if each.range
}

# The fields of a model that decide which parameters it takes, and which of these a page offers.
_ABILITIES = sorted(
    {ability for each in PARAMETERS for ability in (each.needs, each.offered_to) if ability}
)


def takes(model: LanguageModel, name: str) -> bool:
    """Return whether the model, on its dialect, accepts the parameter of that name."""
    parameter = BY_NAME.get(name)
    if parameter is None or model.provider.dialect not in parameter.servers:
        return False
    able = parameter.needs is None or getattr(model, parameter.needs)
    return bool(able and _rule(model, name)["allowed"])


def names_taken(model: LanguageModel) -> list[str]:
    """Return the name of each parameter that the model accepts, and its other names."""
    taken = [each for each in PARAMETERS if takes(model, each.name)]
    return [name for each in taken for name in (each.name, *each.aliases)]


def not_taken(
    model: LanguageModel, parameters: Mapping[str, Any], names: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Return the parameters that the model does not take, and that ask for nothing.

    Raises :class:`Refused` for one that asks for something: the answer would be another one.
    ``names`` has the names under which a client sent them, where those are others.
    """
    sent_as = names or {}
    left_out = []
    for name, value in parameters.items():
        parameter = BY_NAME[name]
        is_known = parameter.value_for(model.provider.dialect, value) is not None
        if takes(model, name) and is_known:
            continue
        if _asks_for_nothing(model, parameter, value):
            left_out.append(name)
            continue
        raise _refusal(model, parameter, sent_as.get(name, name))
    return tuple(left_out)


def _refusal(model: LanguageModel, parameter: Parameter, sent_as: str) -> Refused:
    text = _("The model “%(model)s” does not take “%(field)s”, and would answer differently.")
    refusal = text % {"model": model.name, "field": sent_as}
    advice = parameter.instead or _("Leave it out, or choose another model.")
    return Refused("unsupported_parameter", f"{refusal} {advice}", sent_as)


def _asks_for_nothing(model: LanguageModel, parameter: Parameter, value: Any) -> bool:
    is_unable = parameter.needs is not None and not getattr(model, parameter.needs)
    # A model that cannot think need not be asked not to.
    return value in parameter.neutral or (is_unable and value is False)


def ranges_of(model: LanguageModel) -> Ranges:
    """Return the range of each number for this model, with the rules of the administrator."""
    return {name: _range(model, name) for name in DEFAULT_RANGES}


def longest_answer(model: LanguageModel) -> int:
    """Return the most tokens that the model may write in one answer, as it is set up."""
    return int(_range(model, "max_tokens").high)


def checked_parameters(
    parameters: dict[str, Any], model: LanguageModel | None = None
) -> dict[str, Any]:
    """Check the parameters of a turn against the ranges of ``model``, and return them.

    Without a model, check against the widest ranges. Raises :class:`Refused` with the field.
    """
    ranges = ranges_of(model) if model else WIDEST
    body = {**parameters, "model": "any", "messages": [], "stream": True}
    try:
        request = CompletionRequest.from_wire(body)
        check(msgspec.structs.replace(request, messages=(ChatMessage(role="user"),)), ranges)
    except InvalidField as error:
        raise Refused("invalid_parameter", str(error), error.field) from error
    check_schemas(parameters)
    return parameters


def in_range(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters that the model accepts, moved into its ranges."""
    ranges = ranges_of(model)
    accepted = _accepted(model, parameters)
    return {
        name: _within(name, value, ranges[name]) if name in ranges else value
        for name, value in accepted.items()
    }


def for_page(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return :func:`in_range` of what the page offers for the model, so that it sends nothing that
    it does not show."""
    dialect = model.provider.dialect
    return {
        name: value
        for name, value in in_range(model, parameters).items()
        if _is_offered(model, BY_NAME[name]) and BY_NAME[name].value_for(dialect, value) is not None
    }


def with_defaults(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return :func:`in_range`, with the model's defaults for the rest: the values to send."""
    return {**_defaults(model), **in_range(model, parameters)}


def described(model: LanguageModel) -> dict[str, dict[str, Any]]:
    """Return the accepted parameters, each with the range and the default that the page shows."""
    ranges, defaults = ranges_of(model), _defaults(model)
    return {
        each.name: _described(model, each, ranges.get(each.name), defaults.get(each.name))
        for each in PARAMETERS
        if takes(model, each.name) and _is_offered(model, each)
    }


def likeness(model: LanguageModel) -> tuple[Any, ...]:
    """The values that :func:`described` depends on: of a hundred models most are alike in them."""
    abilities = [getattr(model, ability) for ability in _ABILITIES]
    rules = json.dumps(model.parameters, sort_keys=True)
    return model.provider.dialect, model.context_length, rules, *abilities


def _is_offered(model: LanguageModel, parameter: Parameter) -> bool:
    return parameter.offered_to is None or bool(getattr(model, parameter.offered_to))


def _described(
    model: LanguageModel, parameter: Parameter, allowed: Range | None, default: float | None
) -> dict[str, Any]:
    if parameter.choices:
        dialect = model.provider.dialect
        renamed = dict(parameter.values.get(dialect, {}))
        return {"choices": parameter.choices_of(dialect), "sent_as": renamed}
    if allowed is None:
        return {"most": parameter.most_items} if parameter.most_items else {}
    return {
        "whole": parameter.kind == "integer",
        "low": allowed.low,
        "high": allowed.high,
        "open_low": allowed.open_low,
        "also": list(allowed.also),
        "default": default,
        "usual": parameter.neutral[0] if parameter.neutral else None,
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


def _accepted(model: LanguageModel, parameters: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: value for name, value in parameters.items() if name in BY_NAME}
    aliased = {
        ALIASES[name]: value
        for name, value in parameters.items()
        if name in ALIASES and value is not None
    }
    accepted = {name: value for name, value in {**own, **aliased}.items() if takes(model, name)}
    read = {name: _read(BY_NAME[name], value) for name, value in accepted.items()}
    return {name: value for name, value in read.items() if value is not None}


def _read(parameter: Parameter, given: Any) -> Any:
    """The value, with "off" as all servers have it."""
    if given is None or parameter.range is None:
        return given
    value = parameter.off.get(given, given)
    # A whole number may have come as 512.0; what quotas reserve is counted in integers.
    return int(value) if parameter.kind == "integer" and value is not None else value


def _within(name: str, value: float, allowed: Range) -> float:
    # Quotas have reserved max_tokens already, so it may be lowered and never raised.
    if name == "max_tokens" and value <= allowed.high:
        return value
    return value if value in allowed else nearest(name, value, allowed)


def _defaults(model: LanguageModel) -> dict[str, Any]:
    rules = {name: rule for name, rule in model.parameters.items() if rule}
    return {
        name: rule["default"]
        for name, rule in rules.items()
        if rule.get("default") is not None and _has_default(name) and takes(model, name)
    }


def _has_default(name: str) -> bool:
    return name in BY_NAME and BY_NAME[name].has_default


def fault_of_rule(name: str, rule: Mapping[str, Any]) -> str | None:
    """Return the fault of an administrator's rule for a number, in words, or None."""
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
