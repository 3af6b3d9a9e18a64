"""The content of a message in a request: a text, nothing, or a list of parts."""

from collections.abc import Iterator
from typing import NamedTuple

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


def read_content(fields: Fields) -> Content:
    """Read the content of a message. Refuses parts that are no text, such as pictures."""
    if not isinstance(fields.raw("content"), list):
        return Content(fields.text("content") or "")
    texts: list[str] = []
    thoughts: list[str] = []
    for part in _parts(fields):
        kind = "text" if (named := part.text("type")) is None else named
        if kind in _TEXTS:
            texts.append(part.text(_TEXTS[kind]) or "")
        elif kind in _THOUGHTS:
            thoughts.append(_thought(part, _THOUGHTS[kind]))
        elif kind not in _UNREADABLE:
            raise InvalidField(part.path("type"), "This kind of part is not supported.", "text")
    return Content("".join(texts), "".join(thoughts))


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
