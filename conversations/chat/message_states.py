"""The states of messages, as JSON: docs/protocol.md."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.db.models import IntegerField, UUIDField

from conversations.database.prepared import Parameters, PreparedQuery
from conversations.generation.text_so_far import transcript_of
from conversations.models import Conversation, Feedback, Generation, Message
from conversations.transcript import ChoiceTranscript, Transcript

_Transcripts = dict[Any, tuple[Transcript, int]]
_Read = Callable[[], list[Message]]

_OF_THESE: Parameters = {"conversation": UUIDField(), "since": IntegerField()}
_changed_messages = PreparedQuery(
    lambda conversation, since: Message.objects.filter(
        conversation=conversation, changed_in__gt=since
    ).select_related("generation"),
    **_OF_THESE,
)
_changed_ratings = PreparedQuery(
    lambda user, conversation, since: Feedback.objects.filter(
        user=user, message__conversation=conversation, message__changed_in__gt=since
    ),
    user=IntegerField(),
    **_OF_THESE,
)


def changed_states(conversation: Conversation, since: int) -> list[dict[str, Any]]:
    """The messages that changed after version ``since``, in order, in their present state."""
    of_these = {"conversation": conversation.pk, "since": since}
    states = _states(lambda: _changed_messages(**of_these))
    return _with_ratings(states, _changed_ratings(user=conversation.user_id, **of_these))


def states_of(conversation: Conversation, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """These messages of the conversation, in the order of the list, in their present state."""
    chosen = Message.objects.filter(conversation=conversation, pk__in=ids)
    states = _states(lambda: list(chosen.select_related("generation")))
    own = Feedback.objects.filter(user=conversation.user_id, message__in=ids)
    return _with_ratings(states, own)


def _with_ratings(
    states: list[dict[str, Any]], ratings: Iterable[Feedback]
) -> list[dict[str, Any]]:
    by_message = {str(each.message_id): each for each in ratings}
    for state in states:
        if rating := by_message.get(state["id"]):
            state["rating"] = {"value": rating.value, "note": rating.note}
    return states


def _states(read: _Read) -> list[dict[str, Any]]:
    messages, transcripts = _messages_and_transcripts(read)
    return [_message_state(each, transcripts) for each in messages]


def _messages_and_transcripts(read: _Read) -> tuple[list[Message], _Transcripts]:
    """The messages, and the transcripts of those that are still written.

    Message and status come from one query, so that an answer is folded from its log exactly when
    its row does not hold the text yet. Status and number of the last event belong together: a page
    told of a running answer waits for events after that number. An answer whose log has its last
    event has ended since its row was read, so all is read again; one transaction writes both.
    """
    while True:
        messages = read()
        transcripts = _running_transcripts(messages)
        if not any(transcript.cause for transcript, _seq in transcripts.values()):
            return messages, transcripts


def _running_transcripts(messages: Iterable[Message]) -> _Transcripts:
    by_generation: dict[Generation, list[Message]] = {}
    for message in messages:
        if message.generation and message.generation.is_running:
            by_generation.setdefault(message.generation, []).append(message)
    return {
        generation.pk: transcript_of(generation, answers)
        for generation, answers in by_generation.items()
    }


def _message_state(message: Message, transcripts: _Transcripts) -> dict[str, Any]:
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
        "rating": None,
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
