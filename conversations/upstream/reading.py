"""Reads the parameters of a request from its body, each by its row of the table."""

from typing import Any

from .fields import Fields, InvalidField
from .parameter import Parameter, shown
from .parameters import PARAMETERS

_TYPES = {"object": dict, "array": list, "string": str}
_TYPE_WORDS = {"object": "an object", "array": "a list", "string": "a text"}
_MOST_BIAS = 100


def read_scalar(fields: Fields, parameter: Parameter) -> float | None:
    """Read a number, or true or false, under each of its names; an alias wins.

    Raises InvalidField, with the name that was sent, for a wrong type and for a number that means
    nothing, such as a negative length.
    """
    given = [each for each in (*parameter.aliases, parameter.name) if fields.raw(each) is not None]
    values = [_checked(fields, name, parameter) for name in given]
    value = values[0] if values else None
    return value if value is None else parameter.off.get(value, value)


def _checked(fields: Fields, name: str, parameter: Parameter) -> float | None:
    read = {"integer": fields.integer, "number": fields.number, "flag": fields.flag}
    value = read[parameter.kind](name)
    if value is None or parameter.least is None or value in parameter.off:
        return value
    if parameter.range and value < parameter.least and value not in parameter.range:
        raise InvalidField(name, f"{shown(value)} is out of range.", str(parameter.range))
    return value


def read_others(fields: Fields) -> dict[str, Any]:
    """Read the parameters that nothing here looks into; most empty ones count as not set."""
    given = [each for each in _READ_HERE if fields.raw(each.name) is not None]
    found = [(each, _READERS[each.kind](fields, each)) for each in given]
    others = {each.name: value for each, value in found if _is_set(each, value)}
    return {**others, **({"logit_bias": bias} if (bias := _logit_bias(fields)) else {})}


def _is_set(parameter: Parameter, value: Any) -> bool:
    return value is not None if parameter.empty_is_set else bool(value)


def _choice(fields: Fields, parameter: Parameter) -> str | None:
    value = fields.text(parameter.name)
    if value and value not in parameter.choices:
        allowed = ", ".join(parameter.choices)
        raise InvalidField(fields.path(parameter.name), "This value is unknown.", allowed)
    return value


def _json(fields: Fields, parameter: Parameter) -> Any:
    value = fields.raw(parameter.name)
    if value is not None and not isinstance(value, tuple(_TYPES[each] for each in parameter.types)):
        allowed = " or ".join(_TYPE_WORDS[each] for each in parameter.types)
        raise fields.wrong(parameter.name, allowed)
    return value


_READERS = {"choice": _choice, "json": _json}
_READ_HERE = [each for each in PARAMETERS if each.kind in _READERS]


def _logit_bias(fields: Fields) -> dict[str, Any] | None:
    bias = fields.mapping("logit_bias")
    for token, number in (bias or {}).items():
        if not _is_bias(token, number):
            allowed = "an object of token ids with numbers from -100 to 100"
            raise InvalidField("logit_bias", f"The entry for “{token[:40]}” is wrong.", allowed)
    return bias


def _is_bias(token: str, number: Any) -> bool:
    is_number = type(number) in {int, float} and abs(number) <= _MOST_BIAS
    return token.isascii() and token.isdecimal() and is_number
