"""What people do with a conversation besides talking: show, branch, delete, undo, rename."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import access
from conversations.catalog.choosing import model_named
from conversations.catalog.parameters import checked_parameters
from conversations.chat.checks import check_is_written, checked_system_message
from conversations.models import Conversation, Generation, Message, User
from conversations.refusal import Refused
from conversations.sharing import links

TITLE_CHARACTERS = 200
# What a copied message takes along. Its generation stays behind: it was paid for once.
_COPIED = (
    "role",
    "content",
    "reasoning_content",
    "reasoning_ms",
    "tool_calls",
    "tool_call_id",
    "model_name",
    "finish_reason",
)


def rename(user: User, conversation_id: UUID, title: str) -> None:
    """Give the conversation another title."""
    wanted = " ".join(title.split())[:TITLE_CHARACTERS]
    if not wanted:
        raise Refused("empty_title", _("A title needs at least one character."), "title")
    with transaction.atomic():
        conversation = access.conversation_for(user, conversation_id)
        conversation.advance()
        conversation.title = wanted
        conversation.save(update_fields=["title"])


def configure(
    user: User, conversation_id: UUID, parameters: dict[str, Any], system_message: str, model: str
) -> int:
    """Set what goes with the next turns of the conversation; gives the version that has it."""
    with transaction.atomic():
        conversation = access.conversation_for(user, conversation_id)
        version = conversation.advance()
        conversation.parameters = checked_parameters(parameters)
        conversation.system_message = checked_system_message(system_message)
        conversation.language_model = model_named(user, model)
        conversation.save(update_fields=["parameters", "system_message", "language_model"])
        return version


def show(user: User, conversation_id: UUID, head_id: UUID) -> int:
    """Show the branch that ends with this message, in every tab, from the version it gives on."""
    with transaction.atomic():
        conversation = access.conversation_for(user, conversation_id)
        head = conversation.messages.filter(pk=head_id, deleted_at=None).first()
        if head is None:
            raise access.NotFound
        version = conversation.advance()
        conversation.head = head
        conversation.save(update_fields=["head"])
        return version


def branch_off(user: User, message_id: UUID) -> Conversation:
    """A new conversation that begins with the branch up to this message."""
    with transaction.atomic():
        message = access.message_for(user, message_id)
        check_is_written(message)
        origin = message.conversation
        copy = Conversation.objects.create(
            user=user,
            title=origin.title,
            language_model=origin.language_model,
            parameters=origin.parameters,
            system_message=origin.system_message,
        )
        copy.head = _copied(copy, message.branch())
        copy.save(update_fields=["head"])
        return copy


def _copied(conversation: Conversation, branch: Iterable[Message]) -> Message | None:
    version, parent = conversation.advance(), None
    for message in branch:
        values = {name: getattr(message, name) for name in _COPIED}
        parent = Message.objects.create(
            conversation=conversation, parent=parent, changed_in=version, **values
        )
    return parent


def delete_message(user: User, message_id: UUID) -> UUID:
    """Take a message and all below it off the page; gives its conversation."""
    return _mark_message(user, message_id, is_deleted=True)


def restore_message(user: User, message_id: UUID) -> UUID:
    """Undo :func:`delete_message`."""
    return _mark_message(user, message_id, is_deleted=False)


def _mark_message(user: User, message_id: UUID, *, is_deleted: bool) -> UUID:
    with transaction.atomic():
        message = access.message_for(user, message_id)
        conversation = message.conversation
        message.changed_in = conversation.advance()
        _check_is_written_below(message)
        message.deleted_at = timezone.now() if is_deleted else None
        message.save(update_fields=["changed_in", "deleted_at"])
        conversation.head = _head_after(conversation, message, is_deleted=is_deleted)
        conversation.save(update_fields=["head"])
        return conversation.pk


def _check_is_written_below(message: Message) -> None:
    """Raise :class:`Refused` while the message, or one below it, is being written."""
    of_conversation = Message.objects.filter(conversation=message.conversation_id)
    for each in of_conversation.filter(generation__in=Generation.objects.running()):
        if message in each.branch():
            raise Refused("still_running", _("An answer is still being written. Stop it first."))


def _head_after(
    conversation: Conversation, message: Message, *, is_deleted: bool
) -> Message | None:
    """The leaf to show: below a restored message, or below what is left beside a deleted one."""
    children: dict[UUID | None, list[Message]] = {}
    for each in conversation.messages.filter(deleted_at=None):
        children.setdefault(each.parent_id, []).append(each)
    if not is_deleted:
        return _leaf(message, children)
    beside = children.get(message.parent_id, [])
    return _leaf(beside[-1], children) if beside else message.parent


def _leaf(message: Message, children: dict[UUID | None, list[Message]]) -> Message:
    while below := children.get(message.pk):
        message = below[-1]
    return message


@transaction.atomic
def delete(user: User, conversation_id: UUID, *, keep_links: bool = False) -> None:
    """Take the conversation off the list, until that is undone or some time has passed.

    The links that show it are revoked with it, unless they are to be kept.
    """
    conversation = access.conversation_for(user, conversation_id)
    _mark(conversation, is_deleted=True)
    if not keep_links:
        links.revoke_with(conversation)


@transaction.atomic
def restore(user: User, conversation_id: UUID) -> None:
    """Undo :func:`delete`, with the links that it revoked."""
    conversation = access.deleted_conversation_for(user, conversation_id)
    _mark(conversation, is_deleted=False)
    links.restore_with(conversation)


def _mark(conversation: Conversation, *, is_deleted: bool) -> None:
    conversation.advance()
    conversation.deleted_at = timezone.now() if is_deleted else None
    conversation.save(update_fields=["deleted_at"])


def running_in(user: User, conversation_id: UUID) -> list[UUID]:
    """The generations that run in the user's conversation."""
    conversation = access.conversation_for(user, conversation_id)
    return list(conversation.generations.running().values_list("pk", flat=True))
