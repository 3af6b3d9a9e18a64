"""Checks the fields of a request against their ranges, and moves numbers into them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import msgspec

from .fields import InvalidField
from .parameter import Range, shown
from .parameters import BY_NAME, DEFAULT_RANGES, MOST_STOP_SEQUENCES, MOST_TOOLS
from .request import CompletionRequest
from .response_format import RESPONSE_FORMATS

_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


# The range of each number by its name; those of a model may be narrower than the defaults.
Ranges: TypeAlias = Mapping[str, Range]


def find_invalid(request: CompletionRequest, ranges: Ranges = DEFAULT_RANGES) -> list[InvalidField]:
    """Return an error for every field out of range, in the order of the fields."""
    return [
        *_invalid_basics(request),
        *_invalid_stop(request),
        *_invalid_numbers(request, ranges),
        *_invalid_response_format(request),
        *_invalid_tools(request),
    ]


class Fitted(NamedTuple):
    """A request whose numbers are in range, and the numbers that were lowered or raised for it."""

    request: CompletionRequest
    lowered: dict[str, float]
    raised: dict[str, float]


def fit(request: CompletionRequest, ranges: Ranges = DEFAULT_RANGES) -> Fitted:
    """Move each number beyond its range to the nearest end.

    Programs send one number to every model, such as 32,000 tokens to one that writes 16,384 at
    most: they are served as well as is possible. Numbers that cannot be moved are left for
    :func:`check` to refuse.
    """
    lowered: dict[str, float] = {}
    raised: dict[str, float] = {}
    for field, allowed in ranges.items():
        value: float | None = getattr(request, field)
        if value is None or value in allowed or not BY_NAME[field].moves:
            continue
        moved = raised if allowed.is_below(value) else lowered
        moved[field] = nearest(field, value, allowed)
    return Fitted(msgspec.structs.replace(request, **{**lowered, **raised}), lowered, raised)


def nearest(field: str, value: float, allowed: Range) -> float:
    """Return the end of the range that is nearest to the value of that field, beyond it."""
    end = allowed.low if allowed.is_below(value) else allowed.high
    return int(end) if BY_NAME[field].kind == "integer" else end


def check(request: CompletionRequest, ranges: Ranges = DEFAULT_RANGES) -> None:
    """Raise InvalidField for the first field out of range."""
    for problem in find_invalid(request, ranges):
        raise problem


def _invalid_basics(request: CompletionRequest) -> Iterator[InvalidField]:
    if not request.model:
        yield InvalidField("model", "The model is missing.", "the name of a model")
    if not request.messages:
        yield InvalidField("messages", "There is no message.", "at least 1 message")


def _invalid_stop(request: CompletionRequest) -> Iterator[InvalidField]:
    allowed = f"up to {MOST_STOP_SEQUENCES} texts, none of them empty"
    if len(request.stop) > MOST_STOP_SEQUENCES:
        yield InvalidField("stop", f"{len(request.stop)} sequences are too many.", allowed)
    if any(not sequence for sequence in request.stop):
        yield InvalidField("stop", "A sequence is empty.", allowed)


def _invalid_numbers(request: CompletionRequest, ranges: Ranges) -> Iterator[InvalidField]:
    for field, allowed in ranges.items():
        value: float | None = getattr(request, field)
        # No number that is not finite is within a range.
        if value is not None and value not in allowed:
            yield InvalidField(field, f"{shown(value)} is out of range.", str(allowed))


def _invalid_response_format(request: CompletionRequest) -> Iterator[InvalidField]:
    response_format = request.response_format
    if response_format is None:
        return
    if response_format.type not in RESPONSE_FORMATS:
        yield InvalidField(
            "response_format.type", "This format is unknown.", ", ".join(RESPONSE_FORMATS)
        )
    if response_format.type == "json_schema" and not _has_schema(response_format.json_schema):
        allowed = "an object with a schema object"
        yield InvalidField("response_format.json_schema", "The schema is missing.", allowed)


def _has_schema(json_schema: Any) -> bool:
    return isinstance(json_schema, dict) and isinstance(json_schema.get("schema"), dict)


def _invalid_tools(request: CompletionRequest) -> Iterator[InvalidField]:
    if len(request.tools) > MOST_TOOLS:
        yield InvalidField(
            "tools", f"{len(request.tools)} tools are too many.", f"up to {MOST_TOOLS} functions"
        )
    seen: set[str] = set()
    for position, tool in enumerate(request.tools):
        field = f"tools[{position}].function.name"
        if not _TOOL_NAME.fullmatch(tool.name):
            allowed = "1 to 64 letters, digits, underscores and hyphens"
            yield InvalidField(field, "This is no name for a function.", allowed)
        elif tool.name in seen:
            yield InvalidField(field, "The name is used twice.", "a name for each function")
        seen.add(tool.name)
