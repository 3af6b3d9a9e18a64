"""A conversation as JSON: the whole tree, with all that its user can see of it."""

from collections.abc import Iterator
from typing import Any

from conversations.accounts.export.conversation_tree import Tree
from conversations.accounts.export.pieces import moment, object_with_list
from conversations.models import Conversation, Feedback, Generation, Message

FORMAT = "parley.conversation"
VERSION = 1
# In a stored request these are numbers about the messages, which the file has themselves.
_COUNTS = {"messages", "continued"}


def conversation_as_json(tree: Tree, *, has_ratings: bool) -> Iterator[str]:
    """The file, in pieces. A message stands before those below it."""
    messages = _messages(tree, has_ratings=has_ratings)
    return object_with_list(_head(tree.conversation), "messages", messages)


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


def _messages(tree: Tree, *, has_ratings: bool) -> Iterator[dict[str, Any]]:
    ratings = Feedback.objects.filter(user=tree.conversation.user_id)
    for part in tree.parts():
        given = ratings.filter(message__in=part) if has_ratings else ()
        rated = {each.message_id: each for each in given}
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
