"""The text so far of answers that are being written: the fold of their log."""

from collections.abc import Sequence

from conversations.generation import log
from conversations.models import Generation, Message
from conversations.transcript import ChoiceTranscript, Event, ToolCallTranscript, Transcript, fold


def transcript_of(generation: Generation, messages: list[Message]) -> tuple[Transcript, int]:
    """Return the fold of the log so far and the number of its last event.

    It starts with the text of the messages, which they have only if an answer is continued.
    """
    events = log.events_of(generation.pk)
    return folded(events, messages), len(events)


def with_text_so_far(message: Message) -> Message:
    """Return the message, with the text so far if it is still being written."""
    generation = message.generation
    if generation and generation.is_running:
        transcript, _seq = transcript_of(generation, [message])
        written = transcript.choice(message.choice)
        message.content, message.reasoning_content = written.content, written.reasoning_content
        message.reasoning_ms = written.reasoning_ms
        message.tool_calls = [call.to_wire() for call in written.tool_calls]
    return message


def folded(events: Sequence[Event], messages: list[Message]) -> Transcript:
    """Return the fold of events behind the text of the messages that they continue."""
    return fold(events, start=_start(messages))


def _start(messages: list[Message]) -> Transcript:
    return Transcript(choices={message.choice: _choice_of(message) for message in messages})


def _choice_of(message: Message) -> ChoiceTranscript:
    has_reasoning = message.reasoning_ms is not None
    return ChoiceTranscript(
        content=message.content,
        reasoning_content=message.reasoning_content,
        reasoning_from_ms=0 if has_reasoning else None,
        reasoning_to_ms=message.reasoning_ms,
        tool_calls=[ToolCallTranscript.from_wire(call) for call in message.tool_calls],
    )
