"""Scripts of servers that fail. A fault in the middle comes after ``at`` tokens.

reset-before-headers  RST at once
reset-mid-token       RST within an event
reset-mid-utf8        the end of the connection within a character, the body not ended
cut                   the connection closed within a chunked body
cut-at-byte           the same after ``at`` bytes of an answer, wherever that is
cut-close-framed      the same where the close is the only framing: a clean end to HTTP
stall-before-headers  silence; stall-after-headers, stall-after-tokens
drip                  one byte at a time, ``rate`` a second
comments-only         comments, ``rate`` a second (20 if 0), and never an event
html                  status 200 and a web page; html-502 with that status
json-error            status 200 and a JSON error
text                  status 200 and plain words
malformed             an event that is not JSON
huge-event            one line of ``size`` bytes
huge-answer           ``size`` bytes in tokens of 50,000; flood: comments without end
error-mid-stream      an OpenAI error object; error-flat: SiliconFlow's; error-vllm; error-in-chunk
context-mid-stream    llama.cpp's, of a prompt that is too long
done-only             [DONE] and nothing else; no-finish: [DONE] without a finish reason
empty                 ``stop`` without any content
rejects-stream-options  400 until they are left out; forbids-stream-options: 422, as Mistral
quotes-request        400 with the last message
echoes-key            401 with the key and an address in its message
gzip                  a compressed stream
dies                  the whole server stops
"""

import asyncio
import gzip
import json
from collections.abc import Mapping
from typing import Any

from .call import Call
from .good import Script, chunk, finish, good, tokens, usage

SCRIPTS: dict[str, Script] = {}


def named(name: str) -> Any:
    def keep(play: Script) -> Script:
        SCRIPTS[name] = play
        return play

    return keep


async def _some(call: Call, framing: str = "chunked") -> None:
    """Send the headers and the first ``at`` tokens."""
    await call.head(framing=framing)
    for position in range(int(call.number_of("at"))):
        await call.pace(position)
        await call.event(chunk(call, {"content": call.token(position)}))


async def _let_read() -> None:
    """Let the client read first: a broken connection loses the bytes under way."""
    await asyncio.sleep(0.03)


async def unknown_model(call: Call) -> None:
    """Answer a request for an unknown model, as SiliconFlow does."""
    message = "Model does not exist. Please check it carefully."
    await call.whole(400, {"code": 20012, "message": message, "data": None})


@named("reset-before-headers")
async def reset_before_headers(call: Call) -> None:
    call.reset()


@named("reset-mid-token")
async def reset_mid_token(call: Call) -> None:
    await _some(call)
    await call.write(b'data: {"choices": [{"del')
    await _let_read()
    call.reset()


@named("reset-mid-utf8")
async def reset_mid_utf8(call: Call) -> None:
    await _some(call)
    await call.write(b'data: {"choices": [{"delta": {"content": "\xe4\xbd')
    call.cut()


@named("cut")
async def cut(call: Call) -> None:
    await _some(call)
    call.cut()


@named("cut-at-byte")
async def cut_at_byte(call: Call) -> None:
    """Goes on like a good server until then."""
    write, left = call.write, int(call.number_of("at"))

    async def some(data: bytes) -> None:
        nonlocal left
        await write(data[:left])
        left -= len(data)
        if left <= 0:
            raise ConnectionAbortedError

    call.write = some  # type: ignore[method-assign]
    try:
        await good(call)
    except ConnectionAbortedError:
        call.cut()


@named("cut-close-framed")
async def cut_close_framed(call: Call) -> None:
    await _some(call, framing="close")


@named("stall-before-headers")
async def stall_before_headers(call: Call) -> None:
    await call.forever()


@named("stall-after-headers")
async def stall_after_headers(call: Call) -> None:
    await call.head()
    await call.forever()


@named("stall-after-tokens")
async def stall_after_tokens(call: Call) -> None:
    await _some(call)
    await call.forever()


@named("drip")
async def drip(call: Call) -> None:
    await call.head()
    for position in range(int(call.number_of("tokens"))):
        event = json.dumps(chunk(call, {"content": call.token(position)}))
        for byte in f"data: {event}\n\n".encode():
            await call.write(bytes([byte]))
            await asyncio.sleep(1 / (call.number_of("rate") or 1e6))
    await finish(call)


@named("comments-only")
async def comments_only(call: Call) -> None:
    await call.head()
    while True:
        await call.write(b": keep-alive\n\n")
        await asyncio.sleep(1 / (call.number_of("rate") or 20))


PAGE = "<!DOCTYPE html><html><title>502</title><h1>Bad gateway</h1><script>1</script></html>"


def respond(
    status: int, value: Any, headers: Mapping[str, str] | None = None, **more: str
) -> Script:
    async def play(call: Call) -> None:
        if gate := call.parameters["gate"]:
            await call.server.gate(gate).acquire()
        await call.whole(status, value, headers, **more)

    return play


SCRIPTS["html"] = respond(200, PAGE, content_type="text/html")
SCRIPTS["html-502"] = respond(502, PAGE, content_type="text/html")
SCRIPTS["text"] = respond(200, "upstream says no\n", content_type="text/event-stream")
SCRIPTS["json-error"] = respond(200, {"error": {"message": "No provider.", "code": 503}})


def _in_the_middle(*values: Any) -> Script:
    """Return a script: tokens, then these events, then the end without [DONE]."""

    async def play(call: Call) -> None:
        await _some(call)
        for value in values:
            await call.event(value)
        await call.end()

    return play


SCRIPTS["malformed"] = _in_the_middle('{"choices": [{"delta": {"content": ')
SCRIPTS["error-mid-stream"] = _in_the_middle(
    {"error": {"code": 500, "message": "The model produced nonsense.", "type": "server_error"}}
)
SCRIPTS["context-mid-stream"] = _in_the_middle(
    {
        "error": {
            "code": 400,
            "message": "request (3031 tokens) exceeds the available context size (2048 tokens)",
            "type": "exceed_context_size_error",
            "n_prompt_tokens": 3031,
            "n_ctx": 2048,
        }
    }
)
SCRIPTS["error-flat"] = _in_the_middle(
    {"code": 50505, "message": "Model service overloaded. Please try again later.", "data": None}
)
SCRIPTS["error-vllm"] = _in_the_middle(
    {"object": "error", "message": "The engine is dead.", "code": 500}
)


@named("error-in-chunk")
async def error_in_chunk(call: Call) -> None:
    await _some(call)
    error = {"code": 502, "message": "Provider disconnected."}
    await call.event(chunk(call, {"content": "last words"}, "error", error=error))
    await call.end()


@named("huge-event")
async def huge_event(call: Call) -> None:
    await _some(call)
    await call.event(chunk(call, {"content": "x" * int(call.number_of("size"))}))
    await finish(call)


@named("huge-answer")
async def huge_answer(call: Call) -> None:
    await call.head()
    for _ in range(int(call.number_of("size")) // 50_000):
        await call.event(chunk(call, {"content": "x" * 50_000}))
    await finish(call)


@named("flood")
async def flood(call: Call) -> None:
    await call.head()
    while True:
        await call.write(b":" + b"x" * 50_000 + b"\n\n")


@named("done-only")
async def done_only(call: Call) -> None:
    await call.head()
    await call.event("[DONE]")
    await call.end()


@named("no-finish")
async def no_finish(call: Call) -> None:
    await call.head()
    await tokens(call)
    await call.event("[DONE]")
    await call.end()


@named("empty")
async def empty(call: Call) -> None:
    await call.head()
    await call.event(chunk(call, {"role": "assistant", "content": ""}))
    await finish(call, final_usage=usage(call, 0))


@named("rejects-stream-options")
async def rejects_stream_options(call: Call) -> None:
    if "stream_options" in call.body:
        await call.whole(400, {"error": {"message": "Unknown parameter: 'stream_options'"}})
    else:
        await good(call)


@named("forbids-stream-options")
async def forbids_stream_options(call: Call) -> None:
    """As Mistral does."""
    fault = {
        "type": "extra_forbidden",
        "loc": ["body", "stream_options", "include_usage"],
        "msg": "Extra inputs are not permitted",
    }
    if "stream_options" in call.body:
        await call.whole(422, {"object": "error", "message": {"detail": [fault]}})
    else:
        await good(call)


@named("echoes-key")
async def echoes_key(call: Call) -> None:
    await call.whole(401, {"error": {"message": call.server.echo, "type": "authentication_error"}})


@named("quotes-request")
async def quotes_request(call: Call) -> None:
    last = call.body["messages"][-1]["content"]
    await call.whole(400, {"error": {"message": f"Not allowed: {last}"}})


@named("gzip")
async def gzipped(call: Call) -> None:
    await call.head(headers={"Content-Encoding": "gzip"})
    await call.write(gzip.compress(b"data: [DONE]\n\n"))
    await call.end()


@named("dies")
async def dies(call: Call) -> None:
    await _some(call)
    await _let_read()
    call.ended = "broken"
    call.server.die()
