"""Recordings of events that are no part of an answer, and of odd framing."""

from .recorded import (
    DONE,
    HEAD,
    OPEN,
    Recording,
    Right,
    chunk,
    ended,
    event,
    in_one,
    said,
    streamed,
    whole,
)

HI = Right("Hi there")


def noise(*events: bytes) -> Recording:
    """Return an answer with these between its chunks."""
    between = b"".join(events)
    return streamed(HI, between, said("Hi"), between, said(" there"), between, ended(), DONE)


NO_CHUNKS = {
    "noise keepalive": noise(event(": keepalive")),
    "noise ping": noise(b"event: ping\ndata: {}\n\n"),
    "noise ping alone": noise(b"event: ping\n\n"),
    "noise ping with words": noise(event({"message": "still working"}, "ping")),
    "noise null": noise(event("null")),
    "noise list": noise(event([])),
    "noise number": noise(event("5")),
    "noise text": noise(event('"x"')),
    "noise words": noise(event("OPENROUTER PROCESSING")),
    "noise broken": noise(event('{"choices": [{"delta": {"con')),
    "noise choices": noise(event({"choices": 5})),
    "noise choice": noise(event({"choices": [None, 7, "x"]})),
    "noise object": noise(event({"type": "ping"})),
    "noise progress": noise(event({"status": "processing", "message": "2 before you"})),
    "noise success": noise(event({"code": 200, "message": "success"})),
    "noise warning": noise(event({"message": "you are near your limit"}, "warning")),
    "noise notice": noise(event({"type": "notice", "message": "another server writes on"})),
    "noise filters": noise(event({"choices": [], "prompt_filter_results": [{}]})),
    "noise all": noise(event("null"), b": c\n\n", event(": keepalive"), event({}), event([])),
    "no blank line": streamed(
        HI, event(f"{said('Hi').decode().strip()[6:]}\n{said(' there').decode().strip()}"), ended()
    ),
    "no blank lines": streamed(
        HI, *[line.rstrip() + b"\n" for line in (said("Hi"), said(" there"), ended(), DONE)]
    ),
    "data twice": streamed(
        HI,
        *[
            b"data: " + line.replace(b"\n\n", b"\r\ndata: \r\ndata: \r\n\r\n")
            for line in (said("Hi"), said(" there"), ended(), DONE)
        ],
    ),
    "tab as it is": streamed(Right("a\tb"), said("a\tb").replace(b"\\t", b"\t"), ended(), DONE),
    "events on one line": streamed(
        HI,
        said("Hi").rstrip() + said(" there"),
        said("")[:-2] + ended()[6:],
        DONE,
    ),
    "mark in the data": streamed(
        HI, event("\ufeff" + said("Hi there").decode()[6:]), ended(), DONE
    ),
    "object": in_one(
        Right('{"a":[1,"é"],"text":"x"}'), whole({"content": {"a": [1, "é"], "text": "x"}})
    ),
    "part without a list": streamed(HI, said({"type": "text", "text": "Hi there"}), ended(), DONE),
    "no errors": streamed(
        HI, event({**chunk({"content": "Hi there"}), "error": "null"}), ended(error="none"), DONE
    ),
    "number": streamed(Right("42!"), said(4), said([2, "!"]), ended(), DONE),
    "names that say nothing": streamed(
        HI,
        event(chunk({"content": "Hi"}), "progress"),
        event(chunk({"content": " there"}), "log"),
        event(chunk({}, "stop"), "success"),
    ),
    "bare behind a word": streamed(HI, b"data: ping\n" + said("Hi there")[6:], ended(), DONE),
    "list of one": streamed(HI, event([chunk({"content": "Hi there"})]), ended(), DONE),
    "last line unended": streamed(HI, said("Hi there"), ended().rstrip()),
    "done as text": streamed(HI, said("Hi there"), ended(), event('"[DONE]"'), OPEN),
    "bytes": streamed(
        Right("北京 🌍 ok"),
        *[bytes([byte]) for byte in said("北京 🌍 ok") + ended() + DONE],
    ),
    "gaps": streamed(
        Right("one two"),
        said("one ", finish=""),
        event({**HEAD, "choices": []}),
        said("two", finish=""),
        ended(),
        DONE,
    ),
    "only noise": streamed(Right(code="malformed", says="keepalive"), event(": keepalive"), DONE),
    "nothing": streamed(Right(code="empty_answer"), DONE),
    "words of a proxy": streamed(
        Right(code="not_a_stream", says="upstream connect error"),
        b"upstream connect error or disconnect/reset before headers",
        content_type="text/plain",
    ),
}
