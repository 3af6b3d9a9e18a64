"""Checks that the fields of a request are consistent, as OpenAI's own server does."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .fields import InvalidField
from .request import CompletionRequest
from .tools import Tool

TOOL_CHOICES = ("auto", "none", "required")
_ALLOWED = f"{', '.join(TOOL_CHOICES)}, or one of the tools"


def check_consistency(request: CompletionRequest) -> None:
    """Raise InvalidField for the first field that contradicts another."""
    for problem in [*_tool_choice(request), *_log_probabilities(request), *_tool_results(request)]:
        raise problem


def _tool_choice(request: CompletionRequest) -> Iterator[InvalidField]:
    choice = request.tool_choice
    if choice == "required" and not request.tools:
        yield InvalidField("tool_choice", "There are no tools to choose from.", "auto or none")
    elif isinstance(choice, str) and choice not in TOOL_CHOICES:
        yield InvalidField("tool_choice", "This choice is unknown.", _ALLOWED)
    elif isinstance(choice, Mapping) and not _names_one(choice, request.tools):
        yield InvalidField("tool_choice", "It names none of the tools.", _ALLOWED)


def _names_one(choice: Mapping[str, Any], tools: Sequence[Tool]) -> bool:
    function = choice.get("function")
    name = function.get("name") if isinstance(function, Mapping) else None
    return choice.get("type") == "function" and name in [tool.name for tool in tools]


def _log_probabilities(request: CompletionRequest) -> Iterator[InvalidField]:
    # With logprobs false it is turned off, whatever its value.
    if request.top_logprobs and request.logprobs is None:
        yield InvalidField("top_logprobs", "It needs logprobs.", "with logprobs: true")


def _tool_results(request: CompletionRequest) -> Iterator[InvalidField]:
    for position, message in enumerate(request.messages):
        if message.role == "tool" and not message.tool_call_id:
            field = f"messages[{position}].tool_call_id"
            yield InvalidField(field, "The field is missing.", "the id of the call it answers")
