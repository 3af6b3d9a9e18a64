"""The transactions behind a turn: what is written before a generation can run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import access
from conversations.generation import lifecycle
from conversations.generation.lifecycle import Order
from conversations.models import Conversation, Generation, LanguageModel, Message, User, title_from
from conversations.quotas import QuotaExceeded
from conversations.upstream import ChatMessage, CompletionRequest, InvalidField, check

CONTENT_CHARACTERS = 100_000
TITLE_CHARACTERS = 200
# Enough for comparing four models in four tabs; it bounds what one account can hold open.
RUNNING_GENERATIONS = 16


class Refused(Exception):
    """What was asked cannot be done as asked; ``message`` tells the person what to change."""

    def __init__(self, code: str, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


@dataclass(frozen=True)
class Turn:
    """A turn that has begun. ``since`` is the version of the conversation before it."""

    conversation: Conversation
    generation: Generation
    since: int
    is_new: bool = True


@dataclass(frozen=True)
class Sending:
    """A message to send: where it goes, what it says and who is to answer."""

    conversation_id: UUID | None
    parent_id: UUID | None
    content: str
    model: str
    parameters: dict[str, Any]


def once(user: User, client_request_id: UUID, create: Callable[[], Turn]) -> Turn:
    """The turn of this request: made by ``create`` the first time, found again every other time.

    Whatever arrives twice, from a page that lost its connection or in a race, makes one turn.
    """
    try:
        return _found(user, client_request_id) or _made(user, create)
    except IntegrityError:
        if found := _found(user, client_request_id):
            return found
        raise


def _found(user: User, client_request_id: UUID) -> Turn | None:
    known = Generation.objects.filter(user=user, client_request_id=client_request_id)
    generation = known.select_related("conversation").first()
    if generation is None or generation.conversation is None:
        return None
    asked = Message.objects.filter(children__generation=generation).first()
    since = max(0, asked.changed_in - 1) if asked else 0
    return Turn(generation.conversation, generation, since, is_new=False)


def _made(user: User, create: Callable[[], Turn]) -> Turn:
    with transaction.atomic():
        if Generation.objects.running().filter(user=user).count() >= RUNNING_GENERATIONS:
            raise Refused(
                "too_many_running",
                _("Sixteen answers are being written for you already. Wait for one, or stop one."),
            )
        return create()


def send(user: User, client_request_id: UUID, sending: Sending) -> Turn:
    """The user's message below ``parent_id``, in a new conversation if none is named."""
    content = checked_content(sending.content)
    model = _model(user, sending.model)
    parameters = _checked_parameters(sending.parameters)
    conversation = _conversation(user, sending, content)
    since, version = conversation.version, conversation.advance()
    message = Message.objects.create(
        conversation=conversation,
        parent=_parent(conversation, sending.parent_id),
        role=Message.Role.USER,
        content=content,
        changed_in=version,
    )
    order = Order(model, client_request_id, message, parameters)
    return _ordered(conversation, order, since, version)


def regenerate(user: User, client_request_id: UUID, message_id: UUID, model: str | None) -> Turn:
    """One more answer to the message that the given answer is an answer to."""
    answer = _answer(user, message_id)
    conversation = answer.conversation
    wanted = _model(user, model or answer.model_name)
    parameters = answer.generation.parameters if answer.generation else {}
    if answer.parent is None:
        raise access.NotFound
    since, version = conversation.version, conversation.advance()
    order = Order(wanted, client_request_id, answer.parent, parameters)
    return _ordered(conversation, order, since, version)


def continue_answer(user: User, client_request_id: UUID, message_id: UUID) -> Turn:
    """More of an answer that ended before it was done."""
    answer = _answer(user, message_id)
    generation, conversation = answer.generation, answer.conversation
    if generation is None or answer.parent is None or not answer.is_unfinished:
        raise Refused("cannot_continue", _("This answer is complete. Send a message instead."))
    model = _model(user, answer.model_name)
    since, version = conversation.version, conversation.advance()
    parameters = {name: value for name, value in generation.parameters.items() if name != "n"}
    order = Order(model, client_request_id, answer.parent, parameters, continued=answer)
    return _ordered(conversation, order, since, version)


def _ordered(conversation: Conversation, order: Order, since: int, version: int) -> Turn:
    try:
        generation = lifecycle.create(order, version)
    except QuotaExceeded as error:
        raise Refused("quota_exceeded", error.message) from error
    conversation.head = generation.messages.order_by("choice")[0]
    conversation.language_model = order.model
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=["head", "language_model", "updated_at"])
    return Turn(conversation, generation, since)


def checked_content(content: str) -> str:
    """The text of a message. Raises :class:`Refused` when there is none, or too much."""
    if not content.strip():
        raise Refused("empty", _("Write something first."), "content")
    if len(content) > CONTENT_CHARACTERS:
        text = _("The message has %(count)s characters; at most %(most)s can be sent.")
        counts = {"count": f"{len(content):,}", "most": f"{CONTENT_CHARACTERS:,}"}
        raise Refused("too_long", text % counts, "content")
    return content


def _model(user: User, name: str) -> LanguageModel:
    try:
        return access.model_for(user, name)
    except access.NotFound:
        text = _("The model “%s” is not available to you. Choose another one.")
        raise Refused("unknown_model", text % name[:100], "model") from None


def _checked_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    asked = {**parameters, "model": "any", "messages": [], "stream": True}
    try:
        request = CompletionRequest.from_wire(asked)
        check(msgspec.structs.replace(request, messages=(ChatMessage(role="user"),)))
    except InvalidField as error:
        raise Refused("invalid_parameter", str(error), error.field) from error
    return parameters


def _conversation(user: User, sending: Sending, content: str) -> Conversation:
    if sending.conversation_id:
        return access.conversation_for(user, sending.conversation_id)
    return Conversation.objects.create(user=user, title=title_from(content))


def _parent(conversation: Conversation, parent_id: UUID | None) -> Message | None:
    if parent_id is None:
        return None
    parent = conversation.messages.filter(pk=parent_id).first()
    if parent is None:
        raise access.NotFound
    return parent


def _answer(user: User, message_id: UUID) -> Message:
    message = access.message_for(user, message_id)
    if message.role != Message.Role.ASSISTANT:
        raise access.NotFound
    if message.generation and message.generation.is_running:
        raise Refused("still_running", _("This answer is still being written. Stop it first."))
    return message


def rename(user: User, conversation_id: UUID, title: str) -> None:
    """Give the conversation another title."""
    wanted = " ".join(title.replace("\0", " ").split())[:TITLE_CHARACTERS]
    if not wanted:
        raise Refused("empty_title", _("A title needs at least one character."), "title")
    with transaction.atomic():
        conversation = access.conversation_for(user, conversation_id)
        conversation.advance()
        conversation.title = wanted
        conversation.save(update_fields=["title"])


def delete(user: User, conversation_id: UUID) -> None:
    """Delete the conversation with all that belongs to it."""
    access.conversation_for(user, conversation_id).delete()


def running_in(user: User, conversation_id: UUID) -> list[UUID]:
    """The generations that run in the user's conversation."""
    conversation = access.conversation_for(user, conversation_id)
    return list(conversation.generations.running().values_list("pk", flat=True))
