"""Writes a turn: the user's message, the empty answers and their generations, in a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import access
from conversations.catalog.choosing import model_named, replacement_notice
from conversations.catalog.parameters import checked_parameters, for_page
from conversations.chat.checks import check_is_written, checked_content, checked_system_message
from conversations.database import rows
from conversations.generation import lifecycle
from conversations.generation.lifecycle import Created, Order
from conversations.generation.prompt import Call
from conversations.models import (
    Conversation,
    Generation,
    LanguageModel,
    Message,
    User,
    title_from,
)
from conversations.quotas import concurrency, reservation
from conversations.quotas.status import Answers, QuotaExceeded
from conversations.refusal import Refused

COMPARED_MODELS = 4


@dataclass(frozen=True)
class Turn:
    """A stored turn: one generation for each model that answers.

    ``since`` is the version of the conversation before it. Only a turn that was made just now has
    ``calls``, one for each generation, which the caller starts. ``state`` is what a page that has
    that version needs to show it.
    """

    conversation: Conversation
    generations: tuple[Generation, ...]
    since: int
    calls: tuple[Call, ...] = ()
    state: Mapping[str, Any] = field(default_factory=dict)

    @property
    def generation(self) -> Generation:
        """The generation of the first model."""
        return self.generations[0]


@dataclass(frozen=True)
class NewMessage:
    """A message to send: its place in the tree, its content and the models that answer.

    ``compared`` names further models that answer the same message. ``parameters`` and
    ``system_message`` are stored in the conversation; None keeps its system message.
    """

    conversation_id: UUID | None
    parent_id: UUID | None
    content: str
    model: str
    parameters: dict[str, Any]
    system_message: str | None = None
    compared: tuple[str, ...] = ()


def request_id_of(client_request_id: UUID, number: int) -> UUID:
    """The request id of one of several compared models: each has its own generation."""
    return uuid5(client_request_id, str(number)) if number else client_request_id


def send(user: User, client_request_id: UUID, new: NewMessage) -> Turn:
    """Store a message below ``parent_id``, in a new conversation if none is named, and order
    its answers."""
    content = checked_content(new.content)
    models = _models(user, new)
    parameters = checked_parameters(new.parameters, next(iter(models.values())))
    conversation = _conversation(user, new, content)
    since = conversation.version
    conversation.advance()
    message = _user_message(conversation, new, content)
    conversation.parameters = parameters
    if new.system_message is not None:
        conversation.system_message = checked_system_message(new.system_message)
        conversation.save(update_fields=["system_message"])
    orders = _orders(client_request_id, message, models, parameters)
    return ordered(conversation, orders, since)


def regenerate(
    user: User, client_request_id: UUID, message_id: UUID, model: str | None, *, once: bool = False
) -> Turn:
    """Order another answer to the message that this answer belongs to.

    ``once``: the model answers this time, and that of the conversation answers the next turn.
    """
    answer = _answer(user, message_id)
    conversation = answer.conversation
    named = model or answer.model_name
    wanted = model_named(user, named)
    if answer.parent is None:
        raise access.NotFound
    since = conversation.version
    conversation.advance()
    notices = replacement_notice(named, wanted)
    beside = _is_beside_others(answer)
    parameters = _without_number(answer) if beside else conversation.parameters
    order = Order(wanted, client_request_id, answer.parent, parameters, notices=notices)
    return ordered(conversation, [order], since, chooses=not beside, once=once)


def continue_answer(user: User, client_request_id: UUID, message_id: UUID) -> Turn:
    """Order the rest of an answer that ended too early."""
    answer = _answer(user, message_id)
    generation, conversation = answer.generation, answer.conversation
    if generation is None or answer.parent is None or not answer.is_unfinished:
        raise Refused("cannot_continue", _("This answer is complete. Send a new message instead."))
    model = model_named(user, answer.model_name)
    since = conversation.version
    conversation.advance()
    parameters = {name: value for name, value in generation.parameters.items() if name != "n"}
    notices = replacement_notice(answer.model_name, model)
    order = Order(model, client_request_id, answer.parent, parameters, answer, notices)
    chooses = not _is_beside_others(answer)
    return ordered(conversation, [order], since, chooses=chooses)


def _is_beside_others(answer: Message) -> bool:
    """True if the page shows several answers to one message, of which none is chosen yet.

    What is asked of one of them then leaves all of them side by side.
    """
    shown = Conversation.objects.filter(pk=answer.conversation_id, head=answer.parent_id)
    return answer.parent_id is not None and shown.exists()


def _without_number(answer: Message) -> dict[str, Any]:
    """The parameters of the conversation for one more answer of a compared model; a model that
    gave several answers is asked for as many again."""
    parameters: dict[str, Any] = answer.conversation.parameters
    if answer.generation and "n" in answer.generation.parameters:
        return parameters
    return {name: value for name, value in parameters.items() if name != "n"}


def ordered(
    conversation: Conversation,
    orders: Sequence[Order],
    since: int,
    *,
    chooses: bool = True,
    once: bool = False,
) -> Turn:
    """Create the generations of all orders or of none, and show the answer.

    Each model gets the parameters that it accepts, within its own ranges. Several answers are
    shown beside each other: the branch ends with their parent, until the user chooses one; so it
    does without ``chooses``, where other answers are there already. The first model answers the
    next turn too, unless it answers ``once``.
    """
    concurrency.check_room_for(conversation.user, len(orders))
    created = _created([_fitted(each) for each in orders], conversation.version)
    answers = [message for each in created for message in each.answers]
    conversation.head = answers[0] if chooses and len(answers) == 1 else orders[0].parent
    if chooses and not once:
        conversation.language_model = orders[0].model
    conversation.updated_at = timezone.now()
    changed = ("head_id", "language_model_id", "parameters", "updated_at")
    rows.update_record(conversation, changed)
    generations = tuple(each.generation for each in created)
    return Turn(conversation, generations, since, tuple(each.call for each in created))


def _fitted(order: Order) -> Order:
    """The order with the parameters that its model takes, and a notice if its answer is shorter."""
    fitted = for_page(order.model, order.parameters)
    asked, most = order.parameters.get("max_tokens"), fitted.get("max_tokens")
    if not (asked and most and most < asked):
        return replace(order, parameters=fitted)
    text = _("The model “%(model)s” writes at most %(most)s tokens, not %(asked)s.")
    values = {"model": order.model.name, "most": f"{most:,}", "asked": f"{asked:,}"}
    return replace(order, parameters=fitted, notices=(*order.notices, text % values))


def _created(orders: Sequence[Order], version: int) -> list[Created]:
    created: list[Created] = []
    for order in orders:
        try:
            created.append(lifecycle.create(order, version))
        except QuotaExceeded as refused:
            raise _of_all(refused, len(orders), created) from None
    return created


def _of_all(refused: QuotaExceeded, asked: int, created: Sequence[Created]) -> QuotaExceeded:
    """The refusal of a turn with several answers: what is left is what was left before it."""
    if asked == 1:
        return refused
    standing = reservation.before(refused.standing, [each.generation.pk for each in created])
    return QuotaExceeded(standing, asked * refused.needed, Answers(asked, len(created)))


def _models(user: User, new: NewMessage) -> dict[str, LanguageModel]:
    names = list(dict.fromkeys([new.model, *new.compared]))
    if len(names) > COMPARED_MODELS:
        raise Refused("too_many_models", _("You can compare at most four models."), "compared")
    return {name: model_named(user, name) for name in names}


def _conversation(user: User, new: NewMessage, content: str) -> Conversation:
    if new.conversation_id:
        return access.conversation_for(user, new.conversation_id)
    conversation = Conversation(user=user, title=title_from(content))
    rows.insert_record(conversation)
    return conversation


def _user_message(conversation: Conversation, new: NewMessage, content: str) -> Message:
    message = Message(
        conversation=conversation,
        parent=_parent(conversation, new.parent_id),
        role=Message.Role.USER,
        content=content,
        changed_in=conversation.version,
    )
    rows.insert_record(message)
    return message


def _orders(
    client_request_id: UUID,
    message: Message,
    models: dict[str, LanguageModel],
    parameters: dict[str, Any],
) -> list[Order]:
    if len(models) > 1:
        # Each of several compared models gives one answer.
        parameters = {name: value for name, value in parameters.items() if name != "n"}
    ids = [request_id_of(client_request_id, number) for number in range(len(models))]
    return [
        Order(model, request_id, message, parameters, notices=replacement_notice(name, model))
        for request_id, (name, model) in zip(ids, models.items(), strict=True)
    ]


def _parent(conversation: Conversation, parent_id: UUID | None) -> Message | None:
    if parent_id is None:
        return None
    parent = conversation.messages.select_related("generation").filter(pk=parent_id).first()
    if parent is None:
        raise access.NotFound
    check_is_written(parent)
    return parent


def _answer(user: User, message_id: UUID) -> Message:
    message = access.message_for(user, message_id)
    if message.role != Message.Role.ASSISTANT:
        raise access.NotFound
    check_is_written(message)
    return message
