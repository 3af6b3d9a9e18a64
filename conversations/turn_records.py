"""The transactions behind a turn: what is written before a generation can run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import access
from conversations.generation import lifecycle
from conversations.generation.lifecycle import Order
from conversations.models import Conversation, Generation, LanguageModel, Message, User, title_from
from conversations.quotas import QuotaExceeded
from conversations.refusal import Refused
from conversations.schemas import check_schemas
from conversations.upstream import ChatMessage, CompletionRequest, InvalidField, check

CONTENT_CHARACTERS = 100_000
COMPARED_MODELS = 4
# Enough for comparing four models in four tabs; it bounds what one account can hold open.
RUNNING_GENERATIONS = 16


@dataclass(frozen=True)
class Turn:
    """A turn that has begun: one generation for each model that answers.

    ``since`` is the version of the conversation before it.
    """

    conversation: Conversation
    generations: tuple[Generation, ...]
    since: int
    is_new: bool = True

    @property
    def generation(self) -> Generation:
        """The generation of the first model."""
        return self.generations[0]


@dataclass(frozen=True)
class Sending:
    """A message to send: where it goes, what it says and who is to answer.

    ``compared`` names further models that answer the same message. ``system_message`` is for a
    new conversation; one that exists has its own.
    """

    conversation_id: UUID | None
    parent_id: UUID | None
    content: str
    model: str
    parameters: dict[str, Any]
    system_message: str = ""
    compared: tuple[str, ...] = ()


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
    ids = [_request_id(client_request_id, number) for number in range(COMPARED_MODELS)]
    known = Generation.objects.filter(user=user, client_request_id__in=ids)
    generations = tuple(known.select_related("conversation").order_by("created_at"))
    if not generations or generations[0].conversation is None:
        return None
    asked = Message.objects.filter(children__generation=generations[0]).first()
    since = max(0, asked.changed_in - 1) if asked else 0
    return Turn(generations[0].conversation, generations, since, is_new=False)


def _request_id(client_request_id: UUID, number: int) -> UUID:
    # Each model of a comparison has a generation, and so a request, of its own.
    return uuid5(client_request_id, str(number)) if number else client_request_id


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
    models = _models(user, sending)
    parameters = checked_parameters(sending.parameters)
    conversation = _conversation(user, sending, content)
    since, version = conversation.version, conversation.advance()
    message = Message.objects.create(
        conversation=conversation,
        parent=_parent(conversation, sending.parent_id),
        role=Message.Role.USER,
        content=content,
        changed_in=version,
    )
    orders = [
        Order(model, _request_id(client_request_id, number), message, parameters)
        for number, model in enumerate(models)
    ]
    conversation.parameters = parameters
    return ordered(conversation, orders, since, version)


def regenerate(user: User, client_request_id: UUID, message_id: UUID, model: str | None) -> Turn:
    """One more answer to the message that the given answer is an answer to."""
    answer = _answer(user, message_id)
    conversation = answer.conversation
    wanted = model_named(user, model or answer.model_name)
    parameters = answer.generation.parameters if answer.generation else {}
    if answer.parent is None:
        raise access.NotFound
    since, version = conversation.version, conversation.advance()
    order = Order(wanted, client_request_id, answer.parent, parameters)
    return ordered(conversation, [order], since, version)


def continue_answer(user: User, client_request_id: UUID, message_id: UUID) -> Turn:
    """More of an answer that ended before it was done."""
    answer = _answer(user, message_id)
    generation, conversation = answer.generation, answer.conversation
    if generation is None or answer.parent is None or not answer.is_unfinished:
        raise Refused("cannot_continue", _("This answer is complete. Send a message instead."))
    model = model_named(user, answer.model_name)
    since, version = conversation.version, conversation.advance()
    parameters = {name: value for name, value in generation.parameters.items() if name != "n"}
    order = Order(model, client_request_id, answer.parent, parameters, continued=answer)
    return ordered(conversation, [order], since, version)


def ordered(conversation: Conversation, orders: Sequence[Order], since: int, version: int) -> Turn:
    """Have the orders answered, all of them or none, and show the first answer."""
    try:
        generations = tuple(lifecycle.create(order, version) for order in orders)
    except QuotaExceeded as error:
        raise Refused("quota_exceeded", error.message) from error
    conversation.head = generations[0].messages.order_by("choice")[0]
    conversation.language_model = orders[0].model
    conversation.updated_at = timezone.now()
    conversation.save(update_fields=["head", "language_model", "parameters", "updated_at"])
    return Turn(conversation, generations, since)


def checked_content(content: str) -> str:
    """The text of a message. Raises :class:`Refused` when there is none, or too much."""
    if not content.strip():
        raise Refused("empty", _("Write something first."), "content")
    if len(content) > CONTENT_CHARACTERS:
        text = _("The message has %(count)s characters; at most %(most)s can be sent.")
        counts = {"count": f"{len(content):,}", "most": f"{CONTENT_CHARACTERS:,}"}
        raise Refused("too_long", text % counts, "content")
    return content


def model_named(user: User, name: str) -> LanguageModel:
    """The model that a person asks for. Raises :class:`Refused` when it is not open to them."""
    try:
        return access.model_for(user, name)
    except access.NotFound:
        text = _("The model “%s” is not available to you. Choose another one.")
        raise Refused("unknown_model", text % name[:100], "model") from None


def _models(user: User, sending: Sending) -> list[LanguageModel]:
    names = list(dict.fromkeys([sending.model, *sending.compared]))
    if len(names) > COMPARED_MODELS:
        raise Refused("too_many_models", _("At most four models can be compared."), "compared")
    return [model_named(user, name) for name in names]


def checked_parameters(parameters: dict[str, Any]) -> dict[str, Any]:
    """The parameters of a turn, in the wire's names. Raises :class:`Refused` with the field."""
    asked = {**parameters, "model": "any", "messages": [], "stream": True}
    try:
        request = CompletionRequest.from_wire(asked)
        check(msgspec.structs.replace(request, messages=(ChatMessage(role="user"),)))
    except InvalidField as error:
        raise Refused("invalid_parameter", str(error), error.field) from error
    check_schemas(parameters)
    return parameters


def _conversation(user: User, sending: Sending, content: str) -> Conversation:
    if sending.conversation_id:
        return access.conversation_for(user, sending.conversation_id)
    system_message = sending.system_message.strip()
    title = title_from(content)
    return Conversation.objects.create(user=user, title=title, system_message=system_message)


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
