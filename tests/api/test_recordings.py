"""Every recording, asked for at /v1, streamed and whole: what clients get is the right reading."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from django.db.models import QuerySet

from conversations.chat import actions
from conversations.chat.turns import NewMessage
from conversations.generation.runner import runner
from conversations.models import LedgerEntry
from conversations.upstream import stream
from tests.api.conftest import Gateway
from tests.playing import Stage, followed
from tests.upstreams.recorded import Right
from tests.upstreams.recordings import RECORDINGS

# The codes that are not ours but OpenAI's.
CODES = {
    "rate_limited": "rate_limit_exceeded",
    "context_overflow": "context_length_exceeded",
    "content_policy": "content_policy_violation",
}
AT_ONCE = 12


def ask(gateway: Gateway, name: str, *, streamed: bool) -> httpx.Response:
    more = {"stream": True, "stream_options": {"include_usage": True}} if streamed else {}
    said = [{"role": "user", "content": "Hello"}]
    return gateway.post({"model": name, "messages": said, **RECORDINGS[name].asked, **more})


def events_of(reply: httpx.Response) -> list[Any]:
    lines = [line[6:] for line in reply.text.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def streamed(reply: httpx.Response) -> Right:
    """Return the reading of a streamed reply; an error of its own status has no text."""
    if reply.status_code != 200:
        return Right(code=reply.json()["error"]["code"])
    events = events_of(reply)
    if error := events[-1].get("error"):
        assert "[DONE]" not in reply.text
        return assembled(events[:-1], error["code"])
    assert reply.text.endswith("data: [DONE]\n\n")
    return assembled(events, "")


def assembled(events: list[Any], code: str) -> Right:
    content, reasoning, finish = "", "", "stop"
    calls: list[list[str]] = []
    for choice in [choice for event in events for choice in event["choices"]]:
        delta = choice["delta"]
        content += delta.get("content") or ""
        reasoning += delta.get("reasoning_content") or ""
        finish = choice["finish_reason"] or finish
        for piece in delta.get("tool_calls", ()):
            if piece["index"] == len(calls):
                assert piece["id"]
                calls.append([piece["function"]["name"], ""])
            calls[piece["index"]][1] += piece["function"]["arguments"]
    made = tuple((name, arguments) for name, arguments in calls)
    counts = events[-1].get("usage") if events else None
    return Right(content, reasoning, made, usage_of(counts), code, finish=finish)


def usage_of(counts: Any) -> tuple[int, int] | None:
    return (counts["prompt_tokens"], counts["completion_tokens"]) if counts else None


def whole(reply: httpx.Response) -> Right:
    """Return the reading of a whole reply."""
    body = reply.json()
    if reply.status_code != 200:
        return Right(code=body["error"]["code"])
    (choice,) = body["choices"]
    message = choice["message"]
    calls = [call["function"] for call in message.get("tool_calls", ())]
    return Right(
        content=message["content"] or "",
        reasoning=message.get("reasoning_content", ""),
        calls=tuple((call["name"], call["arguments"]) for call in calls),
        usage=usage_of(body["usage"]),
        finish=choice["finish_reason"],
    )


def wanted(right: Right, *, is_streamed: bool) -> Right:
    """Return what a client gets: an answer that broke has a status, or an error after its text."""
    code = CODES.get(right.code, right.code)
    if not code:
        return replace(right, says="")
    has_text = is_streamed and (right.content or right.reasoning)
    return Right(right.content if has_text else "", code=code)


def comparable(found: Right, right: Right) -> Right:
    """Leave out the counts that no provider made: the site's own are compared elsewhere."""
    return found if right.usage and not right.code else replace(found, usage=None)


@pytest.fixture
def recorded(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Gateway:
    """The gateway, with a model that plays each recording."""
    monkeypatch.setattr(stream, "GRACE_SECONDS", 0.6)
    for name, recording in RECORDINGS.items():
        gateway.upstream.recordings[name] = recording
        gateway.model(name, inline_thinking=recording.inline_thinking)
    return gateway


def ask_for_all(gateway: Gateway, *, streamed: bool) -> list[httpx.Response]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        replies = threads.map(lambda name: ask(gateway, name, streamed=streamed), RECORDINGS)
    return list(replies)


async def send_all(stage: Stage) -> None:
    """Ask for each recording on the page, and wait for the ends."""
    places = asyncio.Semaphore(AT_ONCE)

    async def send(name: str, asked: dict[str, Any]) -> None:
        async with places:
            message = NewMessage(None, None, "Hello", name, asked)
            turn = await actions.send(stage.alice, uuid4(), message)
            await followed(turn.generation.pk)

    try:
        await asyncio.gather(*(send(name, each.asked) for name, each in RECORDINGS.items()))
    finally:
        await runner().drain()


def charged(entries: QuerySet[LedgerEntry]) -> dict[str, Any]:
    """Return what each recording was charged. An estimated prompt is not that of a conversation."""
    names = ("model_name", "outcome", "error_code", "source", "prompt_tokens", "completion_tokens")
    rows = entries.values_list(*names)
    return {
        name: (*end, source, prompt if source == "provider" else None, completion)
        for name, *end, source, prompt, completion in rows
    }


def test_the_page_and_clients_are_charged_alike(recorded: Gateway) -> None:
    ask_for_all(recorded, streamed=True)
    asyncio.run(send_all(Stage(recorded.alice, recorded.upstream)))
    recorded.settled(2 * len(RECORDINGS))
    on_page = charged(LedgerEntry.objects.filter(api_key_name=""))
    at_v1 = charged(LedgerEntry.objects.exclude(api_key_name=""))
    assert len(on_page) == len(RECORDINGS)
    assert on_page == at_v1


@pytest.mark.parametrize("is_streamed", [True, False], ids=["streamed", "whole"])
def test_every_recording_reaches_clients_right(recorded: Gateway, is_streamed: bool) -> None:
    replies = ask_for_all(recorded, streamed=is_streamed)
    read = streamed if is_streamed else whole
    wrong = {}
    for (name, recording), reply in zip(RECORDINGS.items(), replies, strict=True):
        right = wanted(recording.right, is_streamed=is_streamed)
        if (found := comparable(read(reply), recording.right)) != right:
            wrong[name] = (found, right)
    assert not wrong, json.dumps(wrong, indent=1, default=repr)
    recorded.settled(len(RECORDINGS))
    entries = dict(LedgerEntry.objects.values_list("model_name", "source"))
    by_provider = {name for name, source in entries.items() if source == "provider"}
    assert by_provider == {name for name, each in RECORDINGS.items() if each.right.usage}
