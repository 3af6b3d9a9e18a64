"""How a generation begins and how it ends, each in one transaction."""

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
from conversations.generation.prompt import Call, call_for, stored_request
from conversations.models import Generation, LanguageModel, LoggedEvent, Message
from conversations.quotas import reservation
from conversations.quotas.settlement import UNSEEN, Measured, Used, settle
from conversations.quotas.tokens import BYTES_A_TOKEN, prompt_size
from conversations.transcript import (
    ChoiceTranscript,
    Finished,
    ToolCallTranscript,
    Transcript,
    encode,
    fold,
)

# One process runs generations; the name is its slot, so that its successor knows what it left.
OWNER = "main"
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
    """What is asked for: answers to ``parent``, ``n`` of them, or more of ``continued``.

    ``notices`` tell the reader what of the asking was changed.
    """

    model: LanguageModel
    client_request_id: UUID
    parent: Message
    parameters: dict[str, Any] = field(default_factory=dict)
    continued: Message | None = None
    notices: tuple[str, ...] = ()


class Created(NamedTuple):
    """A generation that may run, how to ask its provider, and the messages that it will fill."""

    generation: Generation
    call: Call
    answers: list[Message]


def create(order: Order, changed_in: int) -> Created:
    """The running generation of ``order`` with its assistant messages, in the caller's transaction.

    What it can use is reserved in the same transaction. ``changed_in`` is the version of the
    conversation that this change makes. Raises :class:`~conversations.quotas.status.QuotaExceeded`.
    """
    conversation = order.parent.conversation
    generation = Generation(
        user=conversation.user,
        conversation=conversation,
        language_model=order.model,
        client_request_id=order.client_request_id,
        owner=OWNER,
    )
    said = conversation.system_message
    kept = trim_branch(order.parent.branch(), order.model, order.parameters, said)
    _reserve(generation, order, kept)
    call = call_for(generation, kept.messages, order.continued)
    generation.request = stored_request(call, kept)
    rows.insert_record(generation)
    if order.continued:
        return Created(generation, call, [_reopened(order.continued, generation, changed_in)])
    return Created(generation, call, _empty_answers(order, generation, changed_in))


def _reserve(generation: Generation, order: Order, kept: TrimmedBranch) -> None:
    messages = [*kept.messages, *([order.continued] if order.continued else [])]
    system_message = order.parent.conversation.system_message
    wanted = reservation.Wanted(
        user=generation.user,
        model=order.model,
        prompt=prompt_size(messages, order.parameters, order.model, system_message),
        max_tokens=order.parameters.get("max_tokens"),
        count=order.parameters.get("n") or 1,
    )
    granted = reservation.reserve(generation.pk, wanted)
    lowered = {} if granted.max_tokens is None else {"max_tokens": granted.max_tokens}
    generation.parameters = {**order.parameters, **lowered}
    notices = [*order.notices, kept.notice(), granted.notice]
    generation.notices = [notice for notice in notices if notice]


def _reopened(message: Message, generation: Generation, changed_in: int) -> Message:
    message.generation = generation
    # More of one answer is asked for alone, as the first choice of its generation.
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


def transcript_of(generation: Generation, messages: list[Message]) -> tuple[Transcript, int]:
    """The fold of the log so far and the number of its last event.

    It begins with what the messages hold, which is something only where an answer is continued.
    """
    events = log.events_of(generation.pk)
    return fold(events, start=_start(messages)), len(events)


def _start(messages: list[Message]) -> Transcript:
    return Transcript(choices={message.choice: _choice_of(message) for message in messages})


def _choice_of(message: Message) -> ChoiceTranscript:
    known = message.reasoning_ms is not None
    return ChoiceTranscript(
        content=message.content,
        reasoning_content=message.reasoning_content,
        reasoning_from_ms=0 if known else None,
        reasoning_to_ms=message.reasoning_ms,
        tool_calls=[ToolCallTranscript.from_wire(call) for call in message.tool_calls],
    )


def finish(
    generation_id: UUID,
    epoch: int,
    last: Finished,
    measured: Measured = UNSEEN,
    *,
    upstream_id: str = "",
) -> str | None:
    """End the generation, once: its status, its last event, its messages and what it used, in one
    transaction.

    Gives the payload of the last event, or None when somebody else had ended it before.
    """
    with transaction.atomic():
        if not _won(generation_id, epoch, last, upstream_id):
            return None
        (generation,) = _ended(pk=generation_id)
        return _write_down(generation, last, measured)


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
    upstream_id: str = "",
) -> Used | None:
    """As :func:`finish`, for a generation without messages; gives what it used.

    Without ``measured``, after a crash, what was noted of it last counts.
    """
    with transaction.atomic():
        if not _won(generation_id, epoch, last, upstream_id):
            return None
        measured = measured or _noted(generation_id)
        used = settle(Generation(pk=generation_id), last, Transcript(), measured)
        Generation.objects.filter(pk=generation_id).update(**_outcome(used, measured))
        return used


def _won(generation_id: UUID, epoch: int, last: Finished, upstream_id: str) -> bool:
    """Whether it is this call that ends the generation: it is still running, and still ours."""
    owned = Generation.objects.owned(OWNER, epoch).filter(pk=generation_id)
    return bool(
        owned.update(
            status=last.cause,
            finished_at=timezone.now(),
            error_code=last.error.code if last.error else "",
            error_message=last.error.message if last.error else "",
            upstream_id=upstream_id,
        )
    )


def _noted(generation_id: UUID) -> Measured:
    said = Generation.objects.values_list("completion_tokens", flat=True).get(pk=generation_id)
    return UNSEEN if said is None else Measured(began=True, text_bytes=said * BYTES_A_TOKEN)


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


def note_progress(said: Mapping[UUID, int]) -> None:
    """Remember about how many tokens running generations without a log have said so far."""
    key = LoggedEvent.generation.field
    values = [(count, key.get_db_prep_save(pk, connection)) for pk, count in said.items()]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_NOTE, values)


def _write_down(generation: Generation, last: Finished, measured: Measured) -> str:
    # The conversation first, as when a turn begins: in another order the two would wait for each
    # other on PostgreSQL.
    changed_in = generation.conversation.advance() if generation.conversation else 0
    messages = _filled(generation=generation.pk)
    transcript, seq = transcript_of(generation, messages)
    payload = encode(last)
    rows.insert_record(LoggedEvent(generation=generation, seq=seq + 1, payload=payload))
    fold([last], start=transcript)
    generation.last_seq = seq + 1
    generation.notices = transcript.notices
    used = settle(generation, last, transcript, measured)
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


def request_stop(generation: Generation) -> None:
    """Ask the owner of the generation, in whichever process it is, to stop."""
    asked = Generation.objects.running().filter(pk=generation.pk, stop_requested_at=None)
    asked.update(stop_requested_at=timezone.now())


def requested_stops() -> list[UUID]:
    """The generations of this process that somebody asked to stop."""
    asked = Generation.objects.running().filter(owner=OWNER, stop_requested_at__isnull=False)
    return list(asked.values_list("pk", flat=True))
