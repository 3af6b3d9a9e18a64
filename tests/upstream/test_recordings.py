"""Every recording is read right, also cut into single bytes."""

from typing import Any

import pytest

from conversations.upstream.decoder import StreamDecoder
from tests.upstream.asking import Received
from tests.upstreams.recorded import OPEN, Recording, Right, Step
from tests.upstreams.recordings import RECORDINGS


def functions_of(asked: dict[str, Any]) -> frozenset[str]:
    return frozenset(tool["function"]["name"] for tool in asked.get("tools", ()))


def read(recording: Recording, *, by_bytes: bool) -> Right:
    """Return the reading of a recording by a decoder alone."""
    decoder = StreamDecoder(
        inline_thinking="tagged" if recording.inline_thinking else "off",
        functions=functions_of(recording.asked),
    )
    for step in recording.steps:
        feed(decoder, step, by_bytes=by_bytes)
    if recording.steps[-1] != OPEN or decoder.is_all_said:
        decoder.end()
    return reading(decoder, recording.right)


def feed(decoder: StreamDecoder, step: Step, *, by_bytes: bool) -> None:
    if isinstance(step, bytes):
        for start in range(0, len(step), 1 if by_bytes else len(step)):
            decoder.feed(step[start : start + (1 if by_bytes else len(step))])


def reading(decoder: StreamDecoder, right: Right) -> Right:
    assert decoder.over
    received = Received()
    for chunk in decoder.chunks:
        received.take(chunk)
    failure, usage = decoder.failure, decoder.normaliser.usage
    assert failure is None or right.says.lower() in failure.message.lower()
    return Right(
        content=received.content,
        reasoning=received.reasoning.get(0, ""),
        calls=tuple((name or "", arguments) for _, name, arguments in received.calls),
        usage=(usage.prompt_tokens, usage.completion_tokens) if usage else None,
        code=failure.code if failure else "",
        says=right.says,
        finish=decoder.normaliser.finish_reasons.get(0) or "stop",
    )


@pytest.mark.parametrize("by_bytes", [False, True], ids=["whole", "bytes"])
@pytest.mark.parametrize("name", RECORDINGS)
def test_every_recording_is_read_right(name: str, by_bytes: bool) -> None:
    recording = RECORDINGS[name]
    found = read(recording, by_bytes=by_bytes)
    wanted = recording.right
    assert found == wanted
