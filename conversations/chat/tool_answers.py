"""Answers tool calls: stores the user's results and orders the model's next answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from conversations import access
from conversations.catalog.choosing import model_named, replacement_notice
from conversations.catalog.parameters import checked_parameters
from conversations.chat.checks import CONTENT_CHARACTERS, check_is_written
from conversations.chat.turns import Turn, ordered
from conversations.generation.lifecycle import Order
from conversations.models import Message, User
from conversations.refusal import Refused


@dataclass(frozen=True)
class ToolAnswers:
    """The results of one message's tool calls, by call id. A declined call has a sentence."""

    message_id: UUID
    answers: Mapping[str, str]
    model: str
    parameters: dict[str, Any]


def answer(user: User, client_request_id: UUID, answers: ToolAnswers) -> Turn:
    """Add a tool message for each call, in the order of the calls, and order the next answer.

    Raises :class:`Refused` if calls and results do not match.
    """
    called = access.message_for(user, answers.message_id)
    check_is_written(called)
    calls = [call["id"] for call in called.tool_calls]
    _check(calls, answers.answers)
    model = model_named(user, answers.model)
    parameters = _unforced(checked_parameters(answers.parameters, model))
    conversation = called.conversation
    since, version = conversation.version, conversation.advance()
    parent = called
    for call_id in calls:
        parent = Message.objects.create(
            conversation=conversation,
            parent=parent,
            role=Message.Role.TOOL,
            tool_call_id=call_id,
            content=answers.answers[call_id],
            changed_in=version,
        )
    notices = replacement_notice(answers.model, model)
    order = Order(model, client_request_id, parent, parameters, notices=notices)
    return ordered(conversation, [order], since)


def _unforced(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters without a ``tool_choice`` that demands a call: this turn answers one.

    Demanded again with each result, the model could only ever call and never answer.
    """
    if parameters.get("tool_choice") in (None, "auto", "none"):
        return parameters
    return {name: value for name, value in parameters.items() if name != "tool_choice"}


def _check(calls: list[str], answers: Mapping[str, str]) -> None:
    if not calls:
        raise Refused("no_calls", _("This message has no tool calls."), "message_id")
    if set(calls) != set(answers):
        raise Refused("unanswered_call", _("Each tool call needs one result."), "answers")
    if sum(map(len, answers.values())) > CONTENT_CHARACTERS:
        text = _("The results can have at most %s characters in all.")
        raise Refused("too_long", text % f"{CONTENT_CHARACTERS:,}", "answers")
