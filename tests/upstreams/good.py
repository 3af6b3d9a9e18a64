"""Scripts of servers that work, each with its own notation.

good            the plain form, usage at the end; whole when the request does not ask for a stream
siliconflow     reasoning first, "" and null in turns, role repeated, usage in every chunk
choices         n choices, the last index first, interleaved
choices-each    the same, each counted separately after its end, as llama.cpp does
choices-one     the same, and only one of them counted
reasoning       ``reasoning_content`` and then ``content``
reasoning-alias ``reasoning``, as vLLM and OpenRouter name it
think           ``<think>`` inside the content, its tags cut in two
crlf, cr        these line ends instead of LF
bom             a byte order mark, and ``data:`` without a space
comments        a comment before every event
unicode         U+2028, U+0085 and surrogate halves over two deltas
no-done         the end without [DONE]
done-unended    [DONE] without its blank line
no-usage        no usage; likewise usage-null, usage-negative, usage-absurd
counts-hidden   a count of 1,000 tokens more than were sent
finish-quirks   finish_reason "" and "null" all along, then eos twice
stale           announces keep-alive, closes the connection after each answer
blank-lines     whole answers after blank lines
json            one whole JSON completion although a stream was asked for
burst           every event in one write, the end too
continues       repeats the answer that it continues, then continues it
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from .call import Call

Script = Callable[[Call], Awaitable[None]]
SCRIPTS: dict[str, Script] = {}


def script(name: str) -> Callable[[Script], Script]:
    """Register a script under its name."""

    def keep(play: Script) -> Script:
        SCRIPTS[name] = play
        return play

    return keep


def chunk(call: Call, delta: dict[str, Any], finish: str | None = None, **more: Any) -> Any:
    """Return a chunk with one choice."""
    choice = {"index": more.pop("index", 0), "delta": delta, "finish_reason": finish}
    head = {"id": f"gen-{call.number}", "object": "chat.completion.chunk", "created": 1764681242}
    return {**head, "model": call.script, "choices": [choice], **more}


def usage(call: Call, completion: int | None = None) -> dict[str, Any]:
    """Return the usage of an answer: 10 prompt tokens, and the tokens sent."""
    made = call.sent_tokens if completion is None else completion
    return {"prompt_tokens": 10, "completion_tokens": made, "total_tokens": 10 + made}


async def tokens(call: Call, field: str = "content", first: int = 0) -> None:
    """Stream all tokens of the answer into one field."""
    for position in range(first, int(call.number_of("tokens"))):
        await call.pace(position)
        await call.event(chunk(call, {field: call.token(position)}))


async def finish(call: Call, reason: str = "stop", final_usage: Any = True) -> None:
    """Send the finish reason, the usage unless it is None, and [DONE], and end the body."""
    await last_events(call, reason, final_usage)
    await call.end()


async def last_events(call: Call, reason: str = "stop", final_usage: Any = True) -> None:
    """Send the finish reason, the usage unless it is None, and [DONE]."""
    await call.event(chunk(call, {}, reason))
    if final_usage is not None:
        counted = usage(call) if final_usage is True else final_usage
        await call.event({**chunk(call, {}), "choices": [], "usage": counted})
    await call.event("[DONE]")


async def whole(call: Call, before: str = "") -> None:
    """Send one JSON completion."""
    texts = []
    for position in range(int(call.number_of("tokens"))):
        await call.pace(position)
        texts.append(call.token(position))
    choices = [
        {
            "index": index,
            "message": {"role": "assistant", "content": "".join(texts)},
            "finish_reason": "stop",
        }
        for index in range(call.body.get("n") or 1)
    ]
    answer = {**chunk(call, {}), "object": "chat.completion", "choices": choices}
    text = before + json.dumps({**answer, "usage": usage(call)})
    await call.whole(200, text, content_type="application/json")


@script("good")
async def good(call: Call) -> None:
    if not call.body.get("stream"):
        await whole(call)
    elif (call.body.get("n") or 1) > 1:
        await choices(call)
    else:
        await call.head()
        await call.event(chunk(call, {"role": "assistant", "content": None}))
        await tokens(call)
        await finish(call)


@script("siliconflow")
async def siliconflow(call: Call) -> None:
    await call.head()
    start = {"content": None, "reasoning_content": "", "role": "assistant"}
    await call.event(chunk(call, start, usage=usage(call, 0)))
    for position in range(int(call.number_of("tokens"))):
        await call.pace(position)
        text = call.token(position)
        thinks = position < call.number_of("at")
        delta = {
            "content": None if thinks else text,
            "reasoning_content": text if thinks else None,
            "role": "assistant",
        }
        await call.event(chunk(call, delta, system_fingerprint="", usage=usage(call)))
    last = {"content": "", "reasoning_content": None}
    await call.event(chunk(call, last, "stop", usage=usage(call)))
    await call.event("[DONE]")
    await call.end()


def _choices(counted: str) -> Script:
    async def play(call: Call) -> None:
        await call.head()
        indexes = list(reversed(range(call.body.get("n") or 1)))
        length = int(call.number_of("tokens"))
        count = {**chunk(call, {}), "choices": [], "usage": usage(call, length)}
        for position in range(length):
            await call.pace(position)
            for index in indexes:
                text = f"{index}{call.token(position)}"
                await call.event(chunk(call, {"content": text}, index=index))
        for index in indexes:
            await call.event(chunk(call, {}, "stop", index=index))
            if counted == "each" or (counted == "one" and index == 0):
                await call.event(count)
        await call.event("[DONE]")
        await call.end()

    return play


choices = SCRIPTS["choices"] = _choices("")
SCRIPTS["choices-each"] = _choices("each")
SCRIPTS["choices-one"] = _choices("one")


async def _reasons(call: Call, field: str) -> None:
    await call.head()
    await call.event(chunk(call, {field: "Let me "}))
    await call.event(chunk(call, {field: "think."}))
    await tokens(call)
    await finish(call)


@script("reasoning")
async def reasoning(call: Call) -> None:
    await _reasons(call, "reasoning_content")


@script("reasoning-alias")
async def reasoning_alias(call: Call) -> None:
    await _reasons(call, "reasoning")


@script("think")
async def think(call: Call) -> None:
    await call.head()
    for piece in ("<th", "ink>\nLet me ", "think.", "</thi", "nk>\n\n"):
        await call.event(chunk(call, {"content": piece}))
    await tokens(call)
    await finish(call)


def _rewritten(rewrite: Callable[[bytes], bytes], before: bytes = b"") -> Script:
    """Return the good script with changed bytes."""

    async def play(call: Call) -> None:
        write = call.write

        async def changed(data: bytes) -> None:
            await write(rewrite(data))

        call.write = changed  # type: ignore[method-assign]
        await call.head()
        if before:
            await write(before)
        await tokens(call)
        await finish(call)

    return play


SCRIPTS["crlf"] = _rewritten(lambda data: data.replace(b"\n", b"\r\n"))
SCRIPTS["cr"] = _rewritten(lambda data: data.replace(b"\n", b"\r"))
SCRIPTS["bom"] = _rewritten(lambda data: data.replace(b"data: ", b"data:"), b"\xef\xbb\xbf")
SCRIPTS["comments"] = _rewritten(lambda data: b": keep-alive\n\n:\n\n" + data)


@script("unicode")
async def unicode(call: Call) -> None:
    await call.head()
    for text in ("a\u2028b\u0085c", "\ud83d", "\ude00 é", "\0", "\ud83d"):
        raw = json.dumps(chunk(call, {"content": text}), ensure_ascii="\u2028" not in text)
        await call.event(raw)
    await finish(call)


@script("no-done")
async def no_done(call: Call) -> None:
    await call.head(framing="close")
    await tokens(call)
    await call.event(chunk(call, {}, "stop"))


@script("done-unended")
async def done_unended(call: Call) -> None:
    await call.head()
    await tokens(call)
    await call.event(chunk(call, {}, "stop"))
    await call.write(b"data: [DONE]")
    await call.end()


def _with_usage(value: Any) -> Script:
    async def play(call: Call) -> None:
        await call.head()
        await tokens(call)
        await finish(call, final_usage=value)

    return play


SCRIPTS["no-usage"] = _with_usage(None)
SCRIPTS["usage-null"] = _with_usage({"prompt_tokens": None})
SCRIPTS["usage-negative"] = _with_usage(
    {"prompt_tokens": 10, "completion_tokens": -7, "total_tokens": 3}
)
SCRIPTS["counts-hidden"] = _with_usage({"prompt_tokens": 10, "completion_tokens": 1_020})
SCRIPTS["usage-absurd"] = _with_usage({"prompt_tokens": 10, "completion_tokens": 10**30})


@script("finish-quirks")
async def finish_quirks(call: Call) -> None:
    await call.head()
    await call.event(chunk(call, {"content": "a"}, ""))
    await call.event(chunk(call, {"content": "b"}, "null"))
    await call.event(chunk(call, {"content": "c"}, "eos"))
    await call.event(chunk(call, {"content": "d"}, "length"))
    await call.event("[DONE]")
    await call.end()


@script("stale")
async def stale(call: Call) -> None:
    await good(call)
    call.keep_alive = False


@script("blank-lines")
async def blank_lines(call: Call) -> None:
    await whole(call, "\n\n\n")


@script("json")
async def json_instead(call: Call) -> None:
    await whole(call)


@script("burst")
async def burst(call: Call) -> None:
    await call.head()
    events = bytearray()

    async def gather(data: bytes) -> None:
        events.extend(data)

    write, call.write = call.write, gather  # type: ignore[method-assign]
    await tokens(call)
    await last_events(call)
    call.write = write  # type: ignore[method-assign]
    await call.write(bytes(events))
    await call.end()


@script("continues")
async def continues(call: Call) -> None:
    said = [each["content"] for each in call.body["messages"] if each["role"] == "assistant"]
    await call.head()
    for text in said[-1:]:
        # In two pieces: an echo need not be cut where the answer had ended.
        await call.event(chunk(call, {"content": text[:7]}))
        await call.event(chunk(call, {"content": text[7:]}))
    await tokens(call)
    await finish(call)
