"""Creates and finishes generations, each in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import UUIDField
from django.utils import timezone

from conversations.database import rows
from conversations.database.prepared import PreparedQuery
from conversations.generation import log
from conversations.generation.context import TrimmedBranch, trim_branch
from conversations.generation.processes import OWNER
from conversations.generation.prompt import Call, call_for, stored_request
from conversations.generation.text_so_far import folded
from conversations.models import (
    Generation,
    IdempotencyClaim,
    LanguageModel,
    LoggedEvent,
    Message,
)
from conversations.quotas import reservation
from conversations.quotas.settlement import UNSEEN, Measured, Used, settle
from conversations.quotas.tokens import BYTES_A_TOKEN, prompt_size
from conversations.transcript import (
    ChoiceTranscript,
    Finished,
    Transcript,
    encode,
    fold,
)

_FILLED = (
    "content", "reasoning_content", "reasoning_ms", "tool_calls", "finish_reason", "changed_in"
)  # fmt: skip
# Once a second for all of them: built by the ORM each time it would cost more than their tokens do.
_NOTE = """
    UPDATE conversations_generation SET completion_tokens = %s
    WHERE id = %s AND status = 'running'
"""


@dataclass(frozen=True)
class Order:
    """An order for ``n`` answers to ``parent``, or for the rest of ``continued``.

    ``notices`` tell the user what was changed, such as the model.
    """

    model: LanguageModel
    client_request_id: UUID
    parent: Message
    parameters: dict[str, Any] = field(default_factory=dict)
    continued: Message | None = None
    notices: tuple[str, ...] = ()


class UpstreamTrace(NamedTuple):
    """The provider's own id of a completion, and its words about a failure."""

    id: str = ""
    words: str = ""


NO_TRACE = UpstreamTrace()


class Created(NamedTuple):
    """A generation that may run, the call of its provider, and the messages that it will fill."""

    generation: Generation
    call: Call
    answers: list[Message]


def create(order: Order, changed_in: int) -> Created:
    """Create the generation of ``order`` and its assistant messages, in the caller's transaction.

    The same transaction reserves its quotas. ``changed_in`` is the conversation's version after
    this change. Raises :class:`~conversations.quotas.status.QuotaExceeded`.
    """
    conversation = order.parent.conversation
    generation = Generation(
        user=conversation.user,
        conversation=conversation,
        language_model=order.model,
        client_request_id=order.client_request_id,
        owner=OWNER,
    )
    system_message = conversation.system_message
    trimmed = trim_branch(order.parent.branch(), order.model, order.parameters, system_message)
    granted = _reserve(generation, order, trimmed)
    call = call_for(generation, trimmed.messages, order.continued, granted)
    generation.request = stored_request(call, trimmed)
    rows.insert_record(generation)
    if order.continued:
        return Created(generation, call, [_reopened(order.continued, generation, changed_in)])
    return Created(generation, call, _empty_answers(order, generation, changed_in))


def _reserve(generation: Generation, order: Order, trimmed: TrimmedBranch) -> reservation.Granted:
    messages = [*trimmed.messages, *([order.continued] if order.continued else [])]
    system_message = order.parent.conversation.system_message
    wanted = reservation.Wanted(
        user=generation.user,
        model=order.model,
        prompt=prompt_size(messages, order.parameters, order.model, system_message),
        max_tokens=order.parameters.get("max_tokens"),
        count=order.parameters.get("n") or 1,
    )
    granted = reservation.reserve(generation.pk, wanted)
    # As they were asked for: the rest of an answer is no shorter because of what was left once.
    generation.parameters = order.parameters
    notices = [*order.notices, trimmed.notice(), granted.notice]
    generation.notices = [notice for notice in notices if notice]
    return granted


def _reopened(message: Message, generation: Generation, changed_in: int) -> Message:
    message.generation = generation
    # A continuation has one choice, the first of its generation.
    message.choice = 0
    message.changed_in = changed_in
    message.finish_reason = ""
    message.save(update_fields=["generation", "choice", "changed_in", "finish_reason"])
    return message


def _empty_answers(order: Order, generation: Generation, changed_in: int) -> list[Message]:
    answers = [
        Message(
            conversation=order.parent.conversation,
            parent=order.parent,
            role=Message.Role.ASSISTANT,
            generation=generation,
            choice=choice,
            model_name=order.model.name,
            changed_in=changed_in,
        )
        for choice in range(order.parameters.get("n") or 1)
    ]
    for answer in answers:
        rows.insert_record(answer)
    return answers


def finish(
    generation_id: UUID,
    epoch: int,
    last: Finished,
    measured: Measured = UNSEEN,
    *,
    trace: UpstreamTrace = NO_TRACE,
) -> str | None:
    """End the generation once: status, last event, messages and settlement, in one transaction.

    Returns the payload of the last event, or None if something else had ended it before.
    """
    with transaction.atomic():
        if not _mark_ended(generation_id, epoch, last, trace):
            return None
        (generation,) = _ended(pk=generation_id)
        return _store_end(generation, last, measured)


_ended = PreparedQuery(
    lambda pk: Generation.objects.filter(pk=pk).select_related("conversation"), pk=UUIDField()
)
_filled = PreparedQuery(
    lambda generation: Message.objects.filter(generation=generation), generation=UUIDField()
)


def finish_api_run(
    generation_id: UUID,
    epoch: int,
    last: Finished,
    measured: Measured | None = None,
    *,
    trace: UpstreamTrace = NO_TRACE,
) -> Used | None:
    """Like :func:`finish`, for a generation without messages; returns its usage.

    Without ``measured``, after a crash, the last noted progress counts. One that failed
    before anything was charged frees its Idempotency-Key.
    """
    with transaction.atomic():
        if not _mark_ended(generation_id, epoch, last, trace):
            return None
        measured = measured or _noted(generation_id)
        used = settle(Generation(pk=generation_id), last, Transcript(), measured)
        Generation.objects.filter(pk=generation_id).update(**_outcome(used, measured))
        if last.cause != "completed" and not (used and used.requests):
            IdempotencyClaim.objects.filter(generation_id=generation_id).delete()
        return used


def _mark_ended(generation_id: UUID, epoch: int, last: Finished, trace: UpstreamTrace) -> bool:
    """Mark the generation as ended; False if it was not running, or no longer ours."""
    running = {"id": generation_id, "owner": OWNER, "epoch": epoch, "status": "running"}
    outcome = {
        "status": last.cause,
        "finished_at": timezone.now(),
        "error_code": last.error.code if last.error else "",
        "error_message": last.error.message if last.error else "",
        "upstream_id": trace.id,
        "upstream_words": trace.words,
    }
    return rows.update(Generation, running, outcome) == 1


def _noted(generation_id: UUID) -> Measured:
    tokens = Generation.objects.values_list("completion_tokens", flat=True).get(pk=generation_id)
    return UNSEEN if tokens is None else Measured(began=True, text_bytes=tokens * BYTES_A_TOKEN)


def _outcome(used: Used | None, measured: Measured) -> dict[str, Any]:
    seen: dict[str, Any] = {"first_token_ms": measured.first_token_ms}
    if used is None:
        return seen
    return {
        **seen,
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "usage_source": used.source,
    }


def note_progress(tokens: Mapping[UUID, int]) -> None:
    """Store the completion tokens so far of running generations."""
    key = LoggedEvent.generation.field
    # In the order of `log.append`, which locks the same rows: no two wait for each other.
    in_order = sorted(tokens.items())
    values = [(count, key.get_db_prep_save(pk, connection)) for pk, count in in_order]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_NOTE, values)


def _store_end(generation: Generation, last: Finished, measured: Measured) -> str:
    # Locks the conversation first, as a new turn does: in another order the two would deadlock on
    # PostgreSQL.
    changed_in = generation.conversation.advance() if generation.conversation else 0
    messages = _filled(generation=generation.pk)
    events = log.events_of(generation.pk)
    transcript = folded([*events, last], messages)
    generation.last_seq = len(events) + 1
    payload = encode(last)
    rows.insert_record(LoggedEvent(generation=generation, seq=generation.last_seq, payload=payload))
    generation.notices = transcript.notices
    # A continued answer has text that an earlier generation was charged for.
    written = fold(events) if any(message.content for message in messages) else transcript
    used = settle(generation, last, written, measured)
    outcome = _outcome(used, measured)
    for name, value in outcome.items():
        setattr(generation, name, value)
    rows.update_record(generation, ["last_seq", "notices", *outcome])
    for message in messages:
        _fill(message, transcript.choice(message.choice), changed_in)
    return payload


def _fill(message: Message, choice: ChoiceTranscript, changed_in: int) -> None:
    message.content = choice.content
    message.reasoning_content = choice.reasoning_content
    message.reasoning_ms = choice.reasoning_ms
    message.tool_calls = [call.to_wire() for call in choice.tool_calls]
    message.finish_reason = choice.finish_reason
    message.changed_in = changed_in
    rows.update_record(message, _FILLED)
