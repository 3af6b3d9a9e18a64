"""A conversation as JSON: the whole tree, with all that its user can see of it."""

from collections.abc import Container, Iterator
from typing import Any
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast, Length

from conversations.accounts.export.pieces import by_size, moment, object_with_list
from conversations.generation.lifecycle import transcript_of
from conversations.models import Conversation, Feedback, Generation, Message

FORMAT = "parley.conversation"
VERSION = 1
# In a stored request these are numbers about the messages, which the file has themselves.
_COUNTS = {"messages", "continued"}


def conversation_as_json(conversation: Conversation) -> Iterator[str]:
    """The file, in pieces. A message stands before those below it."""
    return object_with_list(_head(conversation), "messages", _messages(conversation))


def messages_in_parts(
    conversation: Conversation, only: Container[UUID] | None = None
) -> Iterator[list[Message]]:
    """The messages in the order of their making, with their generations, some at a time.

    ``only`` has the ids of those that are wanted; without it all are.
    """
    sizes = conversation.messages.order_by("created_at", "choice", "pk").annotate(
        size=Length("content")
        + Length("reasoning_content")
        + Length(Cast("tool_calls", TextField()))
    )
    rows = [row for row in sizes.values_list("pk", "size") if only is None or row[0] in only]
    for keys in by_size(rows):
        read = Message.objects.filter(pk__in=keys).select_related("generation")
        found = {each.pk: each for each in read}
        yield [_with_text(found[key]) for key in keys if key in found]


def _with_text(message: Message) -> Message:
    """The message, with the text so far where it is still being written."""
    generation = message.generation
    if generation and generation.is_running:
        transcript, _seq = transcript_of(generation, [message])
        written = transcript.choice(message.choice)
        message.content, message.reasoning_content = written.content, written.reasoning_content
        message.tool_calls = [call.to_wire() for call in written.tool_calls]
    return message


def _head(conversation: Conversation) -> dict[str, Any]:
    model = conversation.language_model
    return {
        "format": FORMAT,
        "version": VERSION,
        "id": str(conversation.pk),
        "title": conversation.title,
        "created_at": moment(conversation.created_at),
        "updated_at": moment(conversation.updated_at),
        "deleted_at": moment(conversation.deleted_at),
        "model": model.name if model else None,
        "system_message": conversation.system_message,
        "parameters": conversation.parameters,
        "head_id": _id(conversation.head_id),
    }


def _messages(conversation: Conversation) -> Iterator[dict[str, Any]]:
    ratings = Feedback.objects.filter(user=conversation.user_id)
    for part in messages_in_parts(conversation):
        rated = {each.message_id: each for each in ratings.filter(message__in=part)}
        for message in part:
            yield {**_message(message), "rating": _rating(rated.get(message.pk))}


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "parent_id": _id(message.parent_id),
        "role": message.role,
        "content": message.content,
        "reasoning_content": message.reasoning_content,
        "reasoning_ms": message.reasoning_ms,
        "tool_calls": message.tool_calls,
        "tool_call_id": message.tool_call_id or None,
        "model": message.model_name or None,
        "finish_reason": message.finish_reason or None,
        "choice": message.choice,
        "created_at": moment(message.created_at),
        "deleted_at": moment(message.deleted_at),
        "generation": generation_of(message.generation) if message.generation else None,
    }


def _rating(rating: Feedback | None) -> dict[str, Any] | None:
    if rating is None:
        return None
    return {"value": rating.value, "note": rating.note, "created_at": moment(rating.created_at)}


def generation_of(generation: Generation) -> dict[str, Any]:
    """The run of an answer, as its user can see it."""
    request = {
        name: value for name, value in (generation.request or {}).items() if name not in _COUNTS
    }
    failure = {"code": generation.error_code, "message": generation.error_message}
    return {
        "id": str(generation.pk),
        "status": generation.status,
        "parameters": generation.parameters,
        "request": request,
        "error": failure if generation.error_code else None,
        "notices": generation.notices,
        "prompt_tokens": generation.prompt_tokens,
        "completion_tokens": generation.completion_tokens,
        "counted_by": generation.usage_source or None,
        "first_token_ms": generation.first_token_ms,
        "upstream_id": generation.upstream_id or None,
        "created_at": moment(generation.created_at),
        "finished_at": moment(generation.finished_at),
    }


def _id(key: Any) -> str | None:
    return str(key) if key else None
