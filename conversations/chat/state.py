"""The state of a page and its changes, as JSON: docs/protocol.md."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db.models import IntegerField, UUIDField
from django.utils.translation import gettext as _

from conversations import access
from conversations.chat import model_states
from conversations.database.prepared import Parameters, PreparedQuery
from conversations.generation.lifecycle import transcript_of
from conversations.models import (
    Conversation,
    Definition,
    Feedback,
    Generation,
    Message,
    Preset,
    User,
)
from conversations.quotas.state import quota_state
from conversations.transcript import ChoiceTranscript, Transcript

LISTED_CONVERSATIONS = 50

_Transcripts = dict[Any, tuple[Transcript, int]]


def page_state(user: User, conversation: Conversation | None) -> dict[str, Any]:
    """The initial state of a page."""
    models = access.models_for(user)
    return {
        "site": {"name": settings.SITE_NAME, "release": release()},
        "user": {"username": user.get_username(), "is_staff": user.is_staff},
        "models": model_states.states(models),
        "notice": None if models else _no_model(user),
        "conversation": conversation_state(conversation) if conversation else None,
        "messages": message_states(conversation) if conversation else [],
        "conversations": listed(user),
        "quota": quota_state(user),
        **library_state(user),
    }


def release() -> str:
    """A hash of the scripts and styles: a page with another release is out of date."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))


def _no_model(user: User) -> str:
    if not user.is_staff:
        return _("There is no model yet. Ask an administrator to set one up.")
    return _(
        "There is no model yet. Start the site with UPSTREAM_BASE_URL and "
        "UPSTREAM_API_KEY set, or with LOCAL_MODEL=on for the bundled model, "
        "or add a provider under Administration."
    )


def library_state(user: User) -> dict[str, Any]:
    """The presets, schemas and tools that the user may use."""
    return {"presets": preset_states(user), "definitions": definition_states(user)}


def preset_states(user: User) -> list[dict[str, Any]]:
    """The presets that the user may use; they can change only their own."""
    return [
        {
            "id": preset.pk,
            "name": preset.name,
            "parameters": preset.parameters,
            "system_message": preset.system_message,
            "is_default": preset.is_default,
            "is_own": preset.user_id == user.pk,
        }
        for preset in Preset.objects.open_to(user)
    ]


def definition_states(user: User) -> list[dict[str, Any]]:
    """The user's saved schemas and tools."""
    own = Definition.objects.filter(user=user)
    return [dict(each) for each in own.values("id", "kind", "name", "definition")]


def listed(user: User, before: datetime | None = None) -> list[dict[str, Any]]:
    """A page of the user's conversations, newest first, at most 50."""
    rows = Conversation.objects.undeleted().filter(user=user).order_by("-updated_at")
    if before:
        rows = rows.filter(updated_at__lt=before)
    return [listed_state(conversation) for conversation in rows[:LISTED_CONVERSATIONS]]


def listed_state(conversation: Conversation) -> dict[str, Any]:
    """A conversation as a row of the list."""
    return {
        "id": str(conversation.pk),
        "title": conversation.title,
        "updated_at": conversation.updated_at.isoformat(),
    }


def conversation_state(conversation: Conversation) -> dict[str, Any]:
    """A conversation without its messages."""
    model, notice = model_states.next_model(conversation)
    return {
        **listed_state(conversation),
        "version": conversation.version,
        "parameters": conversation.parameters,
        "system_message": conversation.system_message,
        "model": model.name if model else None,
        "notice": notice,
        "head_id": str(conversation.head_id) if conversation.head_id else None,
        "created_at": conversation.created_at.isoformat(),
    }


def changes(conversation: Conversation, since: int) -> dict[str, Any]:
    """The changes of a conversation after version ``since``."""
    return {
        "conversation": conversation_state(conversation),
        "messages": message_states(conversation, since),
    }


def message_states(conversation: Conversation, since: int = 0) -> list[dict[str, Any]]:
    """The messages that changed after version ``since``, in order, in their present state.

    Message and status come from one query, so that an answer is folded from its log exactly
    when its row does not hold the text yet.
    """
    of_these = {"conversation": conversation.pk, "since": since}
    messages, transcripts = _messages_and_transcripts(of_these)
    ratings = {each.message_id: each for each in _ratings(user=conversation.user_id, **of_these)}
    return [_message_state(each, transcripts, ratings.get(each.pk)) for each in messages]


def _messages_and_transcripts(of_these: dict[str, Any]) -> tuple[list[Message], _Transcripts]:
    """The messages, and the transcripts of those that are still written.

    Status and number of the last event belong together: a page told of a running answer waits for
    events after that number. An answer whose log has its last event has ended since its row was
    read, so all is read again; one transaction writes both.
    """
    while True:
        messages = _changed_messages(**of_these)
        transcripts = _running_transcripts(messages)
        if not any(transcript.cause for transcript, _seq in transcripts.values()):
            return messages, transcripts


_OF_THESE: Parameters = {"conversation": UUIDField(), "since": IntegerField()}
_changed_messages = PreparedQuery(
    lambda conversation, since: Message.objects.filter(
        conversation=conversation, changed_in__gt=since
    ).select_related("generation"),
    **_OF_THESE,
)
_ratings = PreparedQuery(
    lambda user, conversation, since: Feedback.objects.filter(
        user=user, message__conversation=conversation, message__changed_in__gt=since
    ),
    user=IntegerField(),
    **_OF_THESE,
)


def _running_transcripts(messages: Iterable[Message]) -> _Transcripts:
    by_generation: dict[Generation, list[Message]] = {}
    for message in messages:
        if message.generation and message.generation.is_running:
            by_generation.setdefault(message.generation, []).append(message)
    return {
        generation.pk: transcript_of(generation, answers)
        for generation, answers in by_generation.items()
    }


def _message_state(
    message: Message, transcripts: _Transcripts, rating: Feedback | None
) -> dict[str, Any]:
    state: dict[str, Any] = {
        "id": str(message.pk),
        "parent_id": str(message.parent_id) if message.parent_id else None,
        "role": message.role,
        "content": message.content,
        "reasoning_content": message.reasoning_content,
        "reasoning_ms": message.reasoning_ms,
        "tool_calls": message.tool_calls,
        "tool_call_id": message.tool_call_id or None,
        "is_deleted": message.deleted_at is not None,
        "model": message.model_name or None,
        "created_at": message.created_at.isoformat(),
        "finish_reason": message.finish_reason or None,
        "choice": message.choice,
        "response_format": _response_format(message.generation),
        "rating": {"value": rating.value, "note": rating.note} if rating else None,
        "generation": _generation_state(message.generation) if message.generation else None,
    }
    if message.generation and message.generation_id in transcripts:
        transcript, seq = transcripts[message.generation_id]
        state |= _choice_state(transcript.choice(message.choice))
        state["generation"] |= {
            "seq": seq, "notices": transcript.notices, "place": transcript.place
        }  # fmt: skip
    return state


def _response_format(generation: Generation | None) -> dict[str, Any] | None:
    return generation.parameters.get("response_format") if generation else None


def _choice_state(choice: ChoiceTranscript) -> dict[str, Any]:
    return {
        "content": choice.content,
        "reasoning_content": choice.reasoning_content,
        "reasoning_ms": choice.reasoning_ms,
        "tool_calls": [call.to_wire() for call in choice.tool_calls],
    }


def _generation_state(generation: Generation) -> dict[str, Any]:
    failed = {"code": generation.error_code, "message": generation.error_message}
    return {
        "id": str(generation.pk),
        "status": generation.status,
        "seq": generation.last_seq,
        "error": failed if generation.error_code else None,
        "notices": generation.notices,
        "place": None,
        "usage": _usage_state(generation),
    }


def _usage_state(generation: Generation) -> dict[str, int] | None:
    if generation.prompt_tokens is None or generation.completion_tokens is None:
        return None
    total = generation.prompt_tokens + generation.completion_tokens
    return {
        "prompt_tokens": generation.prompt_tokens,
        "completion_tokens": generation.completion_tokens,
        "total_tokens": total,
    }
