"""Recordings of the ends of answers, of indexes of choices, and of token counts."""

import json

from .recorded import (
    DONE,
    HEAD,
    OPEN,
    Recording,
    Right,
    chunk,
    counted,
    ended,
    event,
    in_one,
    said,
    streamed,
    usage,
    whole,
)

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
    "in the delta": streamed(
        Right("All of it.", finish="length"),
        said("All of it."),
        event(chunk({"finish_reason": "length"})),
        DONE,
    ),
    **{
        f"{word} is {reason}": streamed(
            Right("All of it.", finish=reason), said("All of it."), ended(word), DONE
        )
        for word, reason in {
            "end_turn": "stop",
            "FinishReason.STOP": "stop",
            "eos_token": "stop",
            "max_output_tokens": "length",
            "FinishReason.MAX_TOKENS": "length",
            "maxTokens": "length",
            "model_context_window_exceeded": "length",
            "SAFETY": "content_filter",
            "refusal": "content_filter",
            "guardrail_intervened": "content_filter",
            "content_filter: RECITATION": "content_filter",
        }.items()
    },
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
    "reasoning counted nowhere": counts((32, 103), ended(), counted(32, 9, 135)),
    "reasoning in part on top": counts((32, 103), ended(), counted(
        32, 50, 135, **REASONED)),
    "cache beside": counts((32, 9), ended(), counted(10, 9, 41, cache_read_input_tokens=20,
        cache_creation_input_tokens=2)),
    "cache inside": counts((32, 9), ended(), counted(32, 9, 41, cache_read_input_tokens=20)),
    "total absurd": counts((32, 9), ended(), counted(32, 9, 19_000_000)),
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
