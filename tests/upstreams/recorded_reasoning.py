"""Recordings of reasoning, in fields and parts of its own or within the content."""

from typing import Any

from .recorded import DONE, Recording, Right, chunk, ended, event, in_one, said, streamed, whole


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
    "parts by the name": thought(
        said([{"type": "reasoning", "reasoning": "plan"}, {"type": "text", "text": "42"}])
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
