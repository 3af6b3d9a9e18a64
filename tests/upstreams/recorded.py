"""Answers of real servers, byte by byte, with the right reading of each.

A recording is what a server sends with status 200: bytes, and numbers of seconds in which it sends
nothing. ``tests/upstream``, ``tests/generation`` and ``tests/api`` play all of them: the decoder,
the page and the gateway must read the same.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from .call import Call

Step = bytes | float
DONE = b"data: [DONE]\n\n"
# A connection that stays open, silent.
OPEN = float("inf")


@dataclass(frozen=True)
class Right:
    """The right reading: what is stored, shown and sent on.

    ``usage`` is (prompt tokens, completion tokens) if they are the provider's. ``code`` is the
    code of the failure, "" if there is none; ``says`` are words that administrators must see.
    """

    content: str = ""
    reasoning: str = ""
    calls: tuple[tuple[str, str], ...] = ()
    usage: tuple[int, int] | None = None
    code: str = ""
    says: str = ""
    finish: str = "stop"


@dataclass(frozen=True)
class Recording:
    """The bytes of a server, and their right reading; ``asked`` are fields of the request."""

    steps: tuple[Step, ...]
    right: Right
    content_type: str = "text/event-stream"
    inline_thinking: bool = False
    asked: dict[str, Any] = field(default_factory=dict)

    async def play(self, call: Call) -> None:
        """Send it in answer to a call."""
        await call.head(content_type=self.content_type)
        for step in self.steps:
            if isinstance(step, bytes):
                await call.write(step)
            elif step == OPEN:
                await call.forever()
            else:
                await call.silence(step)
        await call.end()


def event(value: Any, name: str = "") -> bytes:
    """Return an event with this JSON, or this text."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def chunk(delta: Any, finish: Any = None, index: Any = 0, **more: Any) -> dict[str, Any]:
    """Return a chunk of one choice; ``more`` are fields of the choice."""
    choice = {"index": index, "delta": delta, "finish_reason": finish, **more}
    return {**HEAD, "choices": [choice]}


HEAD = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def said(text: Any, **more: Any) -> bytes:
    """Return an event with content."""
    return event(chunk({"content": text}, **more))


def ended(reason: Any = "stop", **more: Any) -> bytes:
    """Return the event that ends a choice."""
    return event(chunk({}, reason, **more))


def counted(prompt: Any, completion: Any, total: Any = None, **more: Any) -> bytes:
    """Return an event with usage alone."""
    return event({**HEAD, "choices": [], "usage": usage(prompt, completion, total, **more)})


def usage(prompt: Any, completion: Any, total: Any = None, **more: Any) -> dict[str, Any]:
    """Return usage as servers write it."""
    total = prompt + completion if total is None else total
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": total,
        **more,
    }


def called(*pieces: dict[str, Any]) -> bytes:
    """Return an event with pieces of tool calls."""
    return event(chunk({"tool_calls": list(pieces)}))


def piece(index: Any = None, call_id: Any = None, **function: Any) -> dict[str, Any]:
    """Return a piece of a tool call; what is None is left out."""
    made = {"index": index, "id": call_id, "function": function or None}
    return {name: value for name, value in made.items() if value is not None}


def whole(message: Any = None, finish: Any = "stop", **more: Any) -> Any:
    """Return a whole completion; ``more`` are fields at its top."""
    choice = {"index": 0, "message": message, "finish_reason": finish}
    return {**HEAD, "object": "chat.completion", "choices": [choice], **more}


def streamed(right: Right, *steps: Step, **more: Any) -> Recording:
    """Return a recording of a stream."""
    return Recording(steps, right, **more)


def in_one(right: Right, value: Any, **more: Any) -> Recording:
    """Return a recording of one JSON body in place of a stream."""
    return Recording((json.dumps(value).encode(),), right, "application/json", **more)
