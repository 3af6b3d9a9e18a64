"""Every recording, asked for on the page: what is stored and shown is the right reading."""

import asyncio
import json
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from conversations.chat import actions
from conversations.chat.turns import NewMessage
from conversations.database.threads import in_thread
from conversations.models import Generation, LanguageModel, LedgerEntry, Message
from conversations.transcript import Transcript, decode, fold
from conversations.upstream import stream
from tests.playing import Stage, followed, payloads, play
from tests.upstreams.recorded import Recording, Right
from tests.upstreams.recordings import RECORDINGS

# A user may not have more answers running.
AT_ONCE = 12

pytestmark = pytest.mark.django_db(transaction=True)


async def answered(stage: Stage, name: str, recording: Recording) -> dict[str, Any]:
    """Ask for a recording; return what was shown, stored and counted."""
    stage.upstream.recordings[name] = recording
    model = await stage.model(name)
    switch = {"inline_thinking": recording.inline_thinking}
    await in_thread(LanguageModel.objects.filter(name=model).update, **switch)
    message = NewMessage(None, None, "Hello", model, recording.asked)
    turn = await actions.send(stage.alice, uuid4(), message)
    shown = fold(map(decode, payloads(await followed(turn.generation.pk))))
    return await in_thread(read, turn.generation.pk, shown)


def read(generation_id: Any, shown: Transcript) -> dict[str, Any]:
    generation = Generation.objects.get(pk=generation_id)
    stored = generation.messages.get()
    entry = LedgerEntry.objects.get(generation_id=generation_id)
    assert_same(shown, stored)
    counts = (entry.prompt_tokens, entry.completion_tokens)
    return {
        "status": generation.status,
        "words": generation.upstream_words,
        "notices": generation.notices,
        "right": Right(
            content=stored.content,
            reasoning=stored.reasoning_content,
            calls=tuple(
                (call["function"]["name"], call["function"]["arguments"])
                for call in stored.tool_calls
            ),
            usage=counts if entry.source == "provider" else None,
            code=generation.error_code,
            finish=stored.finish_reason or "stop",
        ),
    }


def assert_same(shown: Transcript, stored: Message) -> None:
    """Compare what the page was sent with what it gets after a reload."""
    choice = shown.choice(0)
    assert (choice.content, choice.reasoning_content) == (stored.content, stored.reasoning_content)
    assert [call.to_wire() for call in choice.tool_calls] == stored.tool_calls
    ids = [call["id"] for call in stored.tool_calls]
    assert len(set(ids)) == len(ids)
    assert "" not in ids


def status_of(right: Right) -> str:
    return {"": "completed", "truncated": "interrupted"}.get(right.code, "failed")


def test_every_recording_is_stored_and_shown_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "GRACE_SECONDS", 0.6)

    async def work(stage: Stage) -> dict[str, dict[str, Any]]:
        places = asyncio.Semaphore(AT_ONCE)

        async def in_turn(name: str, recording: Recording) -> dict[str, Any]:
            async with places:
                return await answered(stage, name, recording)

        asked = (in_turn(name, each) for name, each in RECORDINGS.items())
        return dict(zip(RECORDINGS, await asyncio.gather(*asked), strict=True))

    found = play(work)
    wrong = {}
    for name, recording in RECORDINGS.items():
        right, read_as = recording.right, found[name]
        wanted = (status_of(right), replace(right, says=""))
        if (read_as["status"], read_as["right"]) != wanted:
            wrong[name] = (read_as["status"], read_as["right"], wanted)
        elif right.says.lower() not in read_as["words"].lower():
            wrong[name] = (read_as["words"], right.says)
    told = {name for name, each in found.items() if each["notices"]}
    assert told == {"no chunk: noise broken"}
    assert "a part may be missing" in found["no chunk: noise broken"]["notices"][0]
    assert not wrong, json.dumps(wrong, indent=1, default=repr)
