"""The range of each request parameter, and the check against it."""

import math
import re
from collections.abc import Iterator
from typing import Any

import msgspec

from .fields import InvalidField
from .request import CompletionRequest

_TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_RESPONSE_FORMATS = ("text", "json_object", "json_schema")


class Range(msgspec.Struct, frozen=True):
    """Numbers from ``low`` to ``high``; ``open_low`` leaves ``low`` itself out."""

    low: float
    high: float
    open_low: bool = False
    also: tuple[float, ...] = ()

    def __contains__(self, value: float) -> bool:
        if value in self.also:
            return True
        above = value > self.low if self.open_low else value >= self.low
        return above and value <= self.high

    def __str__(self) -> str:
        low, high = _shown(self.low), _shown(self.high)
        words = f"above {low} and up to {high}" if self.open_low else f"{low} to {high}"
        return " or ".join([*map(_shown, self.also), words])


def _shown(value: float) -> str:
    # Integers have all their digits: those of a seed are more than a float's.
    return str(value) if isinstance(value, int) else f"{value:.15g}"


class Ranges(msgspec.Struct, frozen=True, kw_only=True):
    """What a model accepts. The defaults are the service's own; a model may narrow them.

    Sources: the chat-completions page of SiliconFlow (max_tokens, stop, tools), its error codes
    20060 (top_k) and 20081 (n), and its parameter table for the rest.
    """

    max_tokens: Range = Range(1, 16384)
    temperature: Range = Range(0, 2)
    top_p: Range = Range(0, 1, open_low=True)
    top_k: Range = Range(1, 100, also=(-1,))
    min_p: Range = Range(0, 1)
    frequency_penalty: Range = Range(-2, 2)
    presence_penalty: Range = Range(-2, 2)
    n: Range = Range(1, 20)
    top_logprobs: Range = Range(0, 20)
    thinking_budget: Range = Range(128, 32768)
    seed: Range = Range(-(2**63), 2**63 - 1)
    stop_sequences: int = 4
    tools: int = 128


NUMBERS = (
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "min_p",
    "frequency_penalty",
    "presence_penalty",
    "n",
    "top_logprobs",
    "thinking_budget",
    "seed",
)
DEFAULT_RANGES = Ranges()


def find_invalid(request: CompletionRequest, ranges: Ranges = DEFAULT_RANGES) -> list[InvalidField]:
    """Give every field of the request that the ranges do not allow, in the order of the fields."""
    return [
        *_invalid_basics(request),
        *_invalid_stop(request, ranges),
        *_invalid_numbers(request, ranges),
        *_invalid_response_format(request),
        *_invalid_tools(request, ranges),
    ]


def check(request: CompletionRequest, ranges: Ranges = DEFAULT_RANGES) -> None:
    """Raise InvalidField for the first field that the ranges do not allow."""
    for problem in find_invalid(request, ranges):
        raise problem


def _invalid_basics(request: CompletionRequest) -> Iterator[InvalidField]:
    if not request.model:
        yield InvalidField("model", "The model is missing.", "the name of a model")
    if not request.messages:
        yield InvalidField("messages", "There is no message.", "at least 1 message")


def _invalid_stop(request: CompletionRequest, ranges: Ranges) -> Iterator[InvalidField]:
    allowed = f"up to {ranges.stop_sequences} texts, none of them empty"
    if len(request.stop) > ranges.stop_sequences:
        yield InvalidField("stop", f"{len(request.stop)} sequences are too many.", allowed)
    if any(not sequence for sequence in request.stop):
        yield InvalidField("stop", "A sequence is empty.", allowed)


def _invalid_numbers(request: CompletionRequest, ranges: Ranges) -> Iterator[InvalidField]:
    for field in NUMBERS:
        value: float | None = getattr(request, field)
        allowed: Range = getattr(ranges, field)
        if value is not None and (not math.isfinite(value) or value not in allowed):
            yield InvalidField(field, f"{value} is out of range.", str(allowed))


def _invalid_response_format(request: CompletionRequest) -> Iterator[InvalidField]:
    wanted = request.response_format
    if wanted is None:
        return
    if wanted.type not in _RESPONSE_FORMATS:
        yield InvalidField(
            "response_format.type", "This format is unknown.", ", ".join(_RESPONSE_FORMATS)
        )
    if wanted.type == "json_schema" and not _has_schema(wanted.json_schema):
        allowed = "an object with a schema object"
        yield InvalidField("response_format.json_schema", "The schema is missing.", allowed)


def _has_schema(json_schema: Any) -> bool:
    return isinstance(json_schema, dict) and isinstance(json_schema.get("schema"), dict)


def _invalid_tools(request: CompletionRequest, ranges: Ranges) -> Iterator[InvalidField]:
    if len(request.tools) > ranges.tools:
        yield InvalidField(
            "tools", f"{len(request.tools)} tools are too many.", f"up to {ranges.tools} functions"
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
