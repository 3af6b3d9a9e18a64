"""The content of a message in a request: a text, nothing, or a list of parts."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from .fields import Fields, InvalidField

# Parts that are a text by another name, and the key of the text. Programs send answers back as
# they got them, from other servers and other forms of the API too.
_TEXTS = {
    "text": "text",
    "input_text": "text",
    "output_text": "text",
    "refusal": "refusal",
}
# Parts with what a model has thought: they are reasoning, and sent again by the same rules.
_THOUGHTS = {"thinking": "thinking", "reasoning": "text", "reasoning_text": "text"}
# Thoughts that only the server that wrote them can read.
_UNREADABLE = frozenset({"redacted_thinking", "reasoning.encrypted"})


class Content(NamedTuple):
    """The text of a message and the reasoning among its parts."""

    text: str = ""
    reasoning: str = ""


def read_content(fields: Fields, *, is_result: bool = False) -> Content:
    """Read the content of a message. Refuses parts that are no text, such as pictures.

    The result of a tool may be any JSON, such as an object: the model reads it as text.
    """
    given = fields.raw("content")
    if is_result and _is_data(given):
        return Content(json.dumps(given, ensure_ascii=False))
    if not isinstance(given, list):
        return Content(fields.text("content") or "")
    texts: list[str] = []
    thoughts: list[str] = []
    for part in _parts(fields):
        kind = _kind(part)
        if kind in _TEXTS:
            texts.append(part.text(_TEXTS[kind]) or "")
        elif kind in _THOUGHTS:
            thoughts.append(_thought(part, _THOUGHTS[kind]))
        elif kind not in _UNREADABLE:
            raise InvalidField(part.path("type"), "This kind of part is not supported.", "text")
    return Content("".join(texts), "".join(thoughts))


def _is_data(given: Any) -> bool:
    """True if this is neither a text nor a list of parts."""
    if isinstance(given, list):
        return any(not _is_part(each) for each in given)
    return given is not None and not isinstance(given, str)


def _is_part(given: Any) -> bool:
    is_named = isinstance(given, dict) and ("type" in given or "text" in given)
    return is_named or isinstance(given, str)


def _kind(part: Fields) -> str:
    """The kind of a part; one that has nothing but a text may be without."""
    named = part.text("type")
    if named is None and "text" not in part.without():
        raise InvalidField(part.path("type"), "The field is missing.", "text")
    return "text" if named is None else named


def _parts(fields: Fields, name: str = "content") -> Iterator[Fields]:
    """The parts; a bare text is one as well."""
    for position, part in enumerate(fields.raw(name)):
        path = f"{fields.path(name)}[{position}]"
        yield Fields({"text": part} if isinstance(part, str) else part, path)


def _thought(part: Fields, key: str) -> str:
    """A text, or a list of text parts, as Mistral writes it."""
    if not isinstance(part.raw(key), list):
        return part.text(key) or ""
    return "".join(inner.text("text") or "" for inner in _parts(part, key))
