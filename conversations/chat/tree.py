"""Changes of a conversation other than turns: rename, configure, show, branch, delete, restore."""

from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations import access
from conversations.catalog.choosing import model_named
from conversations.catalog.parameters import checked_parameters
from conversations.chat.checks import check_is_written, checked_system_message
from conversations.models import Conversation, Generation, Message, User
from conversations.quotas import concurrency
from conversations.refusal import Refused
from conversations.sharing import links

TITLE_CHARACTERS = 200
# The fields of a copied message. Its generation is not copied: its usage was counted once.
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
    """Change the title of a conversation."""
    wanted = " ".join(title.split())[:TITLE_CHARACTERS]
    if not wanted:
        raise Refused("empty_title", _("The title is empty. Enter a title."), "title")
    with transaction.atomic():
        conversation = access.conversation_for(user, conversation_id)
        conversation.advance()
        conversation.title = wanted
        conversation.save(update_fields=["title"])


def configure(
    user: User, conversation_id: UUID, parameters: dict[str, Any], system_message: str, model: str
) -> int:
    """Set parameters, system message and model of the next turns; returns the new version."""
    with transaction.atomic():
        conversation = access.conversation_for(user, conversation_id)
        version = conversation.advance()
        conversation.parameters = checked_parameters(parameters)
        conversation.system_message = checked_system_message(system_message)
        conversation.language_model = model_named(user, model)
        conversation.save(update_fields=["parameters", "system_message", "language_model"])
        return version


def show(user: User, conversation_id: UUID, head_id: UUID) -> int:
    """Show the branch that ends with this message in every tab; returns the new version."""
    with transaction.atomic():
        conversation = access.conversation_for(user, conversation_id)
        head = conversation.messages.filter(pk=head_id, deleted_at=None).first()
        if head is None:
            raise access.NotFound
        version = conversation.advance()
        conversation.head = head
        conversation.save(update_fields=["head"])
        return version


def branch_off(user: User, message_id: UUID, client_request_id: UUID) -> Conversation:
    """Copy the branch up to this message into a new conversation; the same request makes one."""
    copy_id = uuid5(client_request_id, f"branch of user {user.pk}")
    with transaction.atomic():
        concurrency.lock_user(user)
        if made := access.conversations_for(user, [copy_id]):
            return made[0]
        if access.is_deleted(user, copy_id):
            raise access.NotFound
        message = access.message_for(user, message_id)
        check_is_written(message)
        origin = message.conversation
        return Conversation.objects.create_with_branch(
            [{name: getattr(each, name) for name in _COPIED} for each in message.branch()],
            pk=copy_id,
            user=user,
            title=origin.title,
            language_model=origin.language_model,
            parameters=origin.parameters,
            system_message=origin.system_message,
        )


def delete_message(user: User, message_id: UUID) -> UUID:
    """Delete a message and all below it; returns the id of its conversation."""
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
        conversation.refresh_from_db(fields=["head"])
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
    """The leaf to show: below a restored message, or below a sibling of a deleted one.

    Where the page shows several answers side by side, it goes on to show those that are left.
    """
    children: dict[UUID | None, list[Message]] = {}
    for each in conversation.messages.filter(deleted_at=None):
        children.setdefault(each.parent_id, []).append(each)
    beside = children.get(message.parent_id, [])
    is_beside = message.parent_id is not None and conversation.head_id == message.parent_id
    if is_beside and len(beside) > 1:
        return message.parent
    if not is_deleted:
        return _leaf(message, children)
    return _leaf(beside[-1], children) if beside else message.parent


def _leaf(message: Message, children: dict[UUID | None, list[Message]]) -> Message:
    while below := children.get(message.pk):
        message = below[-1]
    return message


@transaction.atomic
def delete(user: User, conversation_id: UUID, *, keep_links: bool = False) -> None:
    """Delete a conversation; it can be restored until it is purged.

    Its share links are revoked with it, unless ``keep_links``. A request that arrives again, after
    the connection was lost, finds it done.
    """
    if access.is_deleted(user, conversation_id):
        return
    conversation = access.conversation_for(user, conversation_id)
    _mark(conversation, is_deleted=True)
    if not keep_links:
        links.revoke_with(conversation)


@transaction.atomic
def restore(user: User, conversation_id: UUID) -> None:
    """Undo :func:`delete`, and restore the links that it revoked, unless that is done."""
    if not access.is_deleted(user, conversation_id):
        access.conversation_for(user, conversation_id)
        return
    conversation = access.deleted_conversation_for(user, conversation_id)
    _mark(conversation, is_deleted=False)
    links.restore_with(conversation)


def _mark(conversation: Conversation, *, is_deleted: bool) -> None:
    conversation.advance()
    conversation.deleted_at = timezone.now() if is_deleted else None
    conversation.save(update_fields=["deleted_at"])


def running_in(user: User, conversation_id: UUID) -> list[UUID]:
    """The ids of the generations that are running in the user's conversation."""
    running = Generation.objects.running().filter(user=user, conversation=conversation_id)
    return list(running.values_list("pk", flat=True))
