"""The recordings, by the kind of what servers do."""

import json
from typing import Any

from .recorded import (
    DONE,
    HEAD,
    OPEN,
    Recording,
    Right,
    called,
    chunk,
    counted,
    ended,
    event,
    in_one,
    piece,
    said,
    streamed,
    usage,
    whole,
)

HI = Right("Hi there")
PART = "Par"


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
    "noise filters": noise(event({"choices": [], "prompt_filter_results": [{}]})),
    "noise all": noise(event("null"), b": c\n\n", event(": keepalive"), event({}), event([])),
    "no blank line": streamed(
        HI, event(f"{said('Hi').decode().strip()[6:]}\n{said(' there').decode().strip()}"), ended()
    ),
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
}


def fault(code: str, says: str, *steps: bytes) -> Recording:
    """Return an answer that breaks with these events."""
    return streamed(Right(PART, code=code, says=says), said(PART), *steps)


SAYS_QUOTA = {"message": "quota used up", "type": "server_error"}
FAULTS = {
    "event error": fault("out_of_balance", "quota used up", event(SAYS_QUOTA, "error"), DONE),
    "event error in words": fault("failed", "boom", event("boom", "error"), DONE),
    "event error null": fault("failed", "", event("null", "error"), DONE),
    "event error alone": fault("failed", "", b"event: error\n\n", DONE),
    "event error open": fault("overloaded", "busy", event({"msg": "busy"}, "server_error"), OPEN),
    "event failed": fault("failed", "x", event({"response": 1, "reason": "x"}, "response.failed")),
    "detail": fault("failed", "out of memory", event({"detail": "out of memory"}), DONE),
    "detail list": fault("failed", "bad", event({"detail": [{"loc": [], "msg": "bad"}]}), DONE),
    "message": fault("overloaded", "overloaded", event({"message": "We are overloaded"}), DONE),
    "error in words": fault("overloaded", "busy", event({"error": "all busy"})),
    "error object": fault(
        "rate_limited", "slow", event({"error": {"message": "slow", "code": 429}}), DONE
    ),
    "error list": fault("failed", "x; y", event({"errors": [{"message": "x"}, "y"]}), DONE),
    "error in a list": fault(
        "rate_limited",
        "Quota exceeded per minute",
        event([{"error": {"code": 429, "message": "Quota exceeded per minute"}}]),
    ),
    "error without choices": fault(
        "failed", "died", event({"choices": [], "error": {"message": "died"}}), DONE
    ),
    "object error": fault("failed", "dead", event({"object": "error", "message": "dead"}), DONE),
    "type error": fault("overloaded", "Overloaded", event({"type": "error", "error": {
        "type": "overloaded_error", "message": "Overloaded"}})),
    "code alone": fault("failed", "1302", event({"code": 1302})),
    "problem": fault("rate_limited", "Slow", event({"title": "Slow down", "status": 429}), DONE),
    "not a success": fault("failed", "why", event({"success": False, "info": "why"}), DONE),
    "base response": fault("out_of_balance", "balance", event({
        "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}})),
    "bare JSON": fault("overloaded", "busy", b'{"error": {"message": "busy"}}\n\n', DONE),
    "bare JSON at the end": fault("failed", "out of", b'{"detail": "out of memory"}'),
    "words and the end": fault(
        "truncated", "disconnect", event("upstream connect error or disconnect"), DONE
    ),
    "words in brackets": fault("failed", "worker died", event("[ERROR] worker died"), DONE),
    "plain words": fault("failed", "CUDA", event("RuntimeError: CUDA error"), DONE),
    "too long": fault(
        "context_overflow", "maximum", event({"message": "maximum context length is 9 tokens"})
    ),
    "policy": fault("content_policy", "flagged", event({"detail": "Your text was flagged."})),
    "choice error": streamed(
        Right(PART, code="overloaded", says="worker limit reached"),
        said(PART),
        ended("error", error={"code": 502, "message": "worker limit reached"}),
        DONE,
    ),
    "choice error with text": streamed(
        Right("Paris", code="failed", says="gone"),
        said(PART),
        event(chunk({"content": "is"}, "stop", error={"message": "gone"})),
        DONE,
    ),
    "finish error": fault("failed", "error", ended("error"), DONE),
    "finish failed": fault("failed", "network_error", ended("network_error"), DONE),
    "finish abort": fault("truncated", "abort", ended("abort"), DONE),
    "overloaded finish": fault("overloaded", "", ended("insufficient_system_resource"), DONE),
    "done without a reason": fault("truncated", "", DONE),
    "end without a reason": fault("truncated", ""),
    "counted in each chunk and cut": streamed(
        Right(PART, code="truncated", usage=(9, 1)),
        event({**chunk({"content": PART}), "usage": usage(9, 1)}),
        DONE,
    ),
    "counted before it was cut": streamed(
        Right(PART, code="truncated", usage=(9, 1)),
        event({**chunk({"role": "assistant"}), "usage": usage(9, 1)}),
        said(PART),
        DONE,
    ),
    "counted all along and cut": streamed(
        Right(PART, code="truncated", usage=(9, 1)),
        event({**chunk({"content": PART}), "usage": usage(9, 1)}),
        event({**chunk({}), "usage": usage(9, 1)}),
        DONE,
    ),
    "fault after the reason": streamed(
        Right(PART, code="failed", says="late"),
        said(PART),
        ended(),
        event({"error": {"message": "late"}}),
    ),
    "in one error": in_one(Right(code="overloaded", says="busy"), {"error": {
        "message": "busy", "code": 503}}),
    "in one detail": in_one(Right(code="failed", says="out of memory"), {
        "detail": "out of memory"}),
    "in one words": in_one(Right(code="unauthorised", says="Invalid token"), "Invalid token"),
    "in one list": in_one(Right(code="rate_limited", says="x"), [{"error": {
        "message": "x", "status": "RESOURCE_EXHAUSTED"}}]),
    "in one choice": in_one(Right(PART, code="overloaded", says="worker"), {
        **HEAD, "choices": [{"index": 0, "message": {"content": PART}, "finish_reason": "error",
        "error": {"code": 502, "message": "worker"}}]}),
    "in one finish": in_one(Right(PART, code="failed"), whole({"content": PART}, "error")),
    "in one without choices": in_one(Right(code="empty_answer"), {**HEAD, "choices": []}),
}  # fmt: skip

ALL = Right("All of it.")
ENDS = {
    "stays open": streamed(ALL, said("All of it."), ended(), OPEN),
    "stays open and pings": streamed(
        ALL, said("All of it."), ended(), *[b": ping\n\n", 0.01] * 9, OPEN
    ),
    "counts later": streamed(
        Right("All of it.", usage=(10, 3)), said("All of it."), ended(), 0.01, counted(10, 3), OPEN
    ),
    "counts with the end": streamed(
        Right("All of it.", usage=(10, 3)),
        said("All of it."),
        event({**chunk({}, "stop"), "usage": usage(10, 3)}),
        OPEN,
    ),
    "says more after the end": streamed(ALL, said("All"), ended(), said(" of it."), DONE),
    "a reason in each chunk": streamed(
        ALL, said("All", finish="stop"), 0.02, said(" of it.", finish="stop"), DONE
    ),
    "end without done": streamed(ALL, said("All of it."), ended()),
    "a count shows the end": streamed(
        Right("All of it.", usage=(10, 3)), said("All of it."), counted(10, 3), DONE
    ),
    "a count beside nothing shows the end": streamed(
        Right("All of it.", usage=(10, 3)),
        said("All of it."),
        event({**chunk({"content": ""}), "usage": usage(10, 3)}),
        DONE,
    ),
    "done is true": streamed(ALL, said("All of it."), event({**HEAD, "done": True}), DONE),
    "in one": in_one(ALL, whole({"content": "All of it."})),
    "in one behind a comment": streamed(
        ALL, b": wait\n\n", json.dumps(whole({"content": "All of it."})).encode()
    ),
    "in lines of JSON": streamed(
        ALL,
        *[
            json.dumps(each).encode() + b"\n"
            for each in (chunk({"content": "All"}), chunk({"content": " of it."}, "stop"))
        ],
        content_type="application/x-ndjson",
    ),
    "in lines of JSON, cut": streamed(
        Right("All", code="truncated"),
        json.dumps(chunk({"content": "All"})).encode() + b'\n{"choices": [{"del',
    ),
    "in one without a reason": in_one(ALL, whole({"content": "All of it."}, None)),
    "in one streamed": in_one(ALL, chunk({"content": "All of it."}, "stop")),
    "in one text": in_one(ALL, {**HEAD, "choices": [{"text": "All of it."}]}),
    "a message behind the deltas": streamed(
        ALL,
        said("All of it."),
        event(chunk({}, "stop", message={"content": "All of it."})),
        DONE,
    ),
    "messages for deltas": streamed(
        ALL,
        event(chunk(None, message={"content": "All"})),
        event(chunk(None, "stop", message={"content": " of it."})),
        DONE,
    ),
    "cut by its length": streamed(
        Right("All of it.", finish="length"), said("All of it."), ended("max_tokens"), DONE
    ),
    "filtered": streamed(
        Right("All of it.", finish="content_filter"), said("All of it."), ended("SAFETY"), DONE
    ),
}

INDEXES = {
    "index 1": streamed(
        Right("Hello you"), said("Hello", index=1), said(" you", index=1), ended(index=1), DONE
    ),
    "index changes": streamed(
        Right("Hello you"), said("Hello", index=0), said(" you", index=3), ended(index=1), DONE
    ),
    "index null": streamed(
        Right("Hello you"), said("Hello", index=None), said(" you", index="0"), ended(), DONE
    ),
    "index absurd": streamed(
        Right("Hello you"), said("Hello", index=-1), said(" you", index=10**12), ended(), DONE
    ),
    "in one index 1": in_one(
        ALL, {**HEAD, "choices": [{"index": 1, "message": {"content": "All of it."},
        "finish_reason": "stop"}]}),
}  # fmt: skip


def counts(right: tuple[int, int], *steps: bytes) -> Recording:
    """Return an answer with these behind its text."""
    return streamed(Right("Hi there.", usage=right), said("Hi there."), *steps, DONE)


REASONED = {"completion_tokens_details": {"reasoning_tokens": 94}}
COUNTS = {
    "usage in the choice": counts((36, 31), ended(usage=usage(36, 31))),
    "usage in the delta": counts((36, 31), event(chunk({"usage": usage(36, 31)}, "stop"))),
    "usage of groq": counts(
        (36, 31), event({**chunk({}, "stop"), "x_groq": {"id": "r", "usage": usage(36, 31)}})
    ),
    "usage as texts": counts((36, 31), ended(), counted("36", "31", "67")),
    "usage as floats": counts((36, 31), ended(), counted(36.0, "31.0", 67)),
    "usage by other names": counts(
        (36, 31), ended(), event({"usage": {"input_tokens": 36, "output_tokens": 31}})
    ),
    "usage with the rest in the total": counts(
        (36, 31), ended(), event({"usage": {"prompt_tokens": 36, "total_tokens": 67}})
    ),
    "timings": counts(
        (36, 31),
        event({**chunk({}, "stop"), "timings": {"prompt_n": 6, "cache_n": 30, "predicted_n": 31}}),
    ),
    "reasoning on top": counts((32, 103), ended(), counted(32, 9, 135, **REASONED)),
    "reasoning on top as texts": counts((32, 103), ended(), counted(
        "32", "9", "135", completion_tokens_details={"reasoning_tokens": "94"})),
    "reasoning inside": counts((32, 103), ended(), counted(32, 103, 135, **REASONED)),
    "reasoning cannot be inside": counts((32, 103), ended(), event({"usage": {
        "prompt_tokens": 32, "completion_tokens": 9, **REASONED}})),
    "reasoning beside": counts((32, 103), ended(), counted(32, 9, 135, reasoning_tokens=94)),
    "then zeros": counts((10, 3), ended(), counted(10, 3), counted(0, 0)),
    "zeros before": counts((10, 3), ended(), counted(0, 0), counted(10, 3)),
    "then half zeros": counts((10, 3), event({**chunk({}, "stop"), "usage": usage(10, 3)}),
        counted(0, 3), counted(10, 0)),
    "then fewer": counts((10, 3), event({**chunk({}), "usage": usage(10, 3)}), ended(),
        counted(10, 1)),
    "then absurd": counts((10, 3), event({**chunk({}, "stop"), "usage": usage(10, 3)}),
        counted(2**32, 3), counted(10, -1), counted(10, 99_999_999), counted("x", 3, 5)),
    "in one usage": in_one(Right("Hi there.", usage=(32, 103)), whole({"content": "Hi there."},
        usage=usage("32", 9, 135, **REASONED))),
    "in one usage in the choice": in_one(Right("Hi there.", usage=(36, 31)), {**HEAD, "choices": [
        {"message": {"content": "Hi there."}, "finish_reason": "stop", "usage": usage(36, 31)}]}),
}  # fmt: skip


def thought(*steps: bytes, **more: Any) -> Recording:
    """Return an answer that gives "plan" as its reasoning and "42" as its content."""
    return streamed(Right("42", "plan"), *steps, ended(), DONE, **more)


def delta(**fields: Any) -> bytes:
    """Return an event with these fields in its delta."""
    return event(chunk(fields))


def inline(*pieces: str) -> Recording:
    """Return reasoning within the content, in pieces."""
    right = Right("Answer", "plan")
    return streamed(right, *map(said, pieces), ended(), DONE, inline_thinking=True)


def explained(*pieces: str) -> Recording:
    """Return an answer that explains the tag, in pieces."""
    right = Right("".join(pieces))
    return streamed(right, *map(said, pieces), ended(), DONE, inline_thinking=True)


PLAN = {"type": "reasoning.text", "text": "plan"}
THOUGHTS = {
    "empty first field": thought(delta(reasoning_content="", reasoning="plan"), said("42")),
    "null first field": thought(delta(reasoning_content=None, reasoning="plan"), said("42")),
    "details": thought(delta(reasoning="", reasoning_details=[PLAN]), said("42")),
    "summary": thought(delta(reasoning_details=[{"summary": "plan"}, {"data": "x"}]), said("42")),
    "both fields": thought(
        delta(reasoning_content="pl", reasoning="pl", reasoning_details=[{"text": "pl"}]),
        delta(reasoning_content="an", reasoning="an", reasoning_details=[{"text": "an"}]),
        said("42"),
    ),
    "again in turn": thought(
        delta(reasoning_content="pl"), delta(reasoning="pl"),
        delta(reasoning_content="an"), delta(reasoning="an"), said("42"),
    ),
    "again at the end": thought(
        delta(reasoning="pl"), delta(reasoning="an"), said("42"), delta(reasoning_details=[PLAN])
    ),
    "another field": thought(delta(reasoning="pl"), delta(reasoning_content="an"), said("42")),
    "thinking": thought(delta(thinking="plan"), said("42")),
    "parts": thought(
        said([{"type": "thinking", "thinking": [{"type": "text", "text": "plan"}]}]),
        said([{"type": "text", "text": "42"}]),
        said(""),
    ),
    "parts with texts": thought(
        said([{"type": "thinking", "thinking": "pl"}, {"type": "reasoning", "text": "an"},
            {"type": "text", "text": "4"}, "2"])
    ),
    "inline": inline("<think>\nplan\n</think>\n\nAnswer"),
    "inline in pieces": inline("<th", "ink>", "\n", "plan", "\n", "</th", "ink>", "\n\n", "Answer"),
    "inline in characters": inline(*"<think>\nplan\n\n</think>\nAnswer"),
    "tag explained": explained("Write <think>", " and then", " </think> around it."),
    "tag explained in one": explained("The <think> tag opens and </think> closes it."),
    "closing tag explained": explained("It ends with </think> and a line."),
    "quoted tag explained": explained("`<think>` opens", ", `</think>` closes."),
    "in one details": in_one(Right("42", "plan"), whole({"content": "42", "reasoning": "",
        "reasoning_details": [PLAN]})),
    "in one parts": in_one(Right("42", "plan"), whole({"content": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "plan"}]},
        {"type": "text", "text": "42"}]})),
    "in one inline": in_one(Right("Answer", "plan"), whole({
        "content": "<think>\nplan\n</think>\n\nAnswer"}), inline_thinking=True),
}  # fmt: skip

F = ("f", '{"x":1}')
G = ("g", '{"y":2}')
TOOLS = {"tools": [
    {"type": "function", "function": {"name": name, "parameters": {"type": "object"}}}
    for name in ("f", "g", "get_weather", "get_time")
]}  # fmt: skip


def calls(right: tuple[tuple[str, str], ...], *steps: bytes, **more: Any) -> Recording:
    """Return an answer of tool calls."""
    reason = more.pop("reason", "tool_calls")
    wanted = Right(calls=right, finish="tool_calls")
    return streamed(wanted, *steps, ended(reason), DONE, asked=more.pop("asked", TOOLS))


WEATHER = (("get_weather", '{"x":1}'),)
CALLS = {
    "index runs ahead": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments="")),
        called(piece(0, arguments=F[1])),
        called(piece(0, "b", name="g", arguments="")),
        called(piece(1, arguments=G[1])),
    ),
    "index stays behind": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments="")),
        called(piece(0, arguments=F[1])),
        called(piece(1, "b", name="g", arguments="")),
        called(piece(0, arguments=G[1])),
    ),
    "late name": calls(
        (F,), called(piece(0, "a", arguments=F[1])), called(piece(0, name="f")),
    ),
    "late id": calls(
        (F,), called(piece(0, name="f")), called(piece(0, "a")), called(piece(0, arguments=F[1]))
    ),
    "no name but one tool": calls(
        (F,), called(piece(0, "a", arguments=F[1])), asked={"tools": TOOLS["tools"][:1]}
    ),
    "name in pieces": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, name="weather")),
        called(piece(0, arguments='{"x"')),
        called(piece(0, arguments=":1}")),
    ),
    "name in pieces with the id": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, "a", name="weather", arguments='{"x":1}')),
    ),
    "name in pieces without tools": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, name="weather", arguments='{"x":1}')),
        asked={},
    ),
    "name so far": calls(
        WEATHER,
        called(piece(0, "a", name="get_")),
        called(piece(0, "a", name="get_weather")),
        called(piece(0, "a", arguments='{"x":1}')),
    ),
    "name and id in each piece": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')),
        called(piece(0, "a", name="f", arguments=":1}")),
        called(piece(0, "b", name="g", arguments='{"y"')),
        called(piece(0, "b", name="g", arguments=":2}")),
    ),
    "one id for all": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')),
        called(piece(0, "a", arguments=":1}")),
        called(piece(1, "a", name="g", arguments='{"y"')),
        called(piece(1, "a", arguments=":2}")),
    ),
    "one id and one function": calls(
        (F, ("f", '{"x":2}')),
        called(piece(0, "a", name="f", arguments=F[1])),
        called(piece(0, "a", name="f", arguments='{"x":2}')),
    ),
    "a new id in each piece": calls(
        (F,),
        called(piece(0, "a", name="f", arguments="")),
        called(piece(0, "b", arguments='{"x"')),
        called(piece(0, "c", arguments=":1}")),
    ),
    "index null": calls(
        (F, G),
        called({"index": None, "id": "a", "function": {"name": "f", "arguments": '{"x"'}}),
        called({"index": None, "id": None, "function": {"arguments": ":1}"}}),
        called({"index": None, "id": "b", "function": {"name": "g", "arguments": ""}}),
        called({"index": None, "function": {"name": None, "arguments": G[1]}}),
    ),
    "index as text": calls(
        (F, G),
        called(piece("0", "a", name="f")), called(piece("1", "b", name="g")),
        called(piece("1", arguments=G[1])), called(piece("0", arguments=F[1])),
    ),
    "interleaved by index": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"'), piece(1, "b", name="g")),
        called(piece(1, arguments='{"y"'), piece(0, arguments=":1")),
        called(piece(0, arguments="}"), piece(1, arguments=":2}")),
    ),
    "interleaved by id": calls(
        (F, G),
        called(piece(None, "a", name="f", arguments='{"x"')),
        called(piece(None, "b", name="g", arguments='{"y"')),
        called(piece(None, "a", arguments=":1}")),
        called(piece(None, "b", arguments=":2}")),
    ),
    "interleaved by id at one index": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')),
        called(piece(0, "b", name="g", arguments='{"y"')),
        called(piece(0, "a", arguments=":1}")),
        called(piece(0, "b", arguments=":2}")),
    ),
    "no id and no index": calls(
        (F, G), called(piece(name="f", arguments='{"x":1}'), piece(name="g", arguments=G[1])),
        reason="stop",
    ),
    "names alone": calls((("f", "{}"), ("g", "{}")), called(piece(name="f"), piece(name="g"))),
    "object": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments={"x": 1})),
        called(piece(1, "b", name="g", arguments={"y": 2})),
    ),
    "placeholder": calls(
        (F,), called(piece(0, "a", name="f", arguments={})), called(piece(0, arguments='{"x"')),
        called(piece(0, arguments=":1}")),
    ),
    "no arguments": calls((("f", "{}"),), called(piece(0, "a", name="f", arguments="{}"))),
    "again at the end": calls(
        (F, G),
        called(piece(0, "a", name="f", arguments='{"x"')), called(piece(0, arguments=":1}")),
        called(piece(1, "b", name="g", arguments=G[1])),
        called(piece(0, "a", name="f", arguments='{"x": 1}'), piece(1, "b", name="g",
            arguments=G[1])),
    ),
    "again without ids": calls(
        (F, G),
        called(piece(name="f", arguments=F[1])), called(piece(name="g", arguments=G[1])),
        called(piece(name="f", arguments=F[1]), piece(name="g", arguments=G[1])),
    ),
    "again as a message": calls(
        (F,),
        called(piece(0, "a", name="f", arguments=F[1])),
        event(chunk({}, "tool_calls", message={"tool_calls": [piece(0, "a", name="f",
            arguments=F[1])]})),
    ),
    "function call": calls(
        (F,),
        delta(function_call={"name": "f", "arguments": ""}),
        delta(function_call={"arguments": F[1]}),
        reason="function_call",
    ),
    "without function": calls(
        (F,), called({"index": 0, "id": "a", "name": "f", "arguments": F[1]})
    ),
    "damaged": calls(
        (("f", '{"x":1}{"y":2}'),),
        called(piece(0, "a", name="f", arguments=F[1])), called(piece(0, arguments=G[1])),
    ),
    "in one": in_one(Right(calls=(F, G), finish="tool_calls"), whole({"content": None,
        "tool_calls": [piece(None, "a", name="f", arguments=F[1]), piece(None, "b", name="g",
        arguments={"y": 2})]}), asked=TOOLS),
}  # fmt: skip

RECORDINGS: dict[str, Recording] = {
    f"{kind}: {name}": recording
    for kind, recordings in {
        "no chunk": NO_CHUNKS,
        "fault": FAULTS,
        "end": ENDS,
        "index": INDEXES,
        "count": COUNTS,
        "reasoning": THOUGHTS,
        "call": CALLS,
    }.items()
    for name, recording in recordings.items()
}
