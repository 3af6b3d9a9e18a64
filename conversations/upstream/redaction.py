"""Makes text from a server safe to show: plain, short, without addresses or keys."""

import re
from collections.abc import Iterable

from .text import clean

# Enough for the longest error that servers send without a copy of the request in it.
MESSAGE_LENGTH = 2000
# The length of the part that is shown to users.
EXCERPT_LENGTH = 200

_HTML = re.compile(r"<\s*(?:!doctype|html|head|body|title|script|div|h1|center)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,200}>")
_URL = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://\S+", re.IGNORECASE)
_BEARER = re.compile(r"\b(bearer|basic)\s+\S+", re.IGNORECASE)
_KEY = re.compile(r"\b(?:sk|pk|rk|key|api)[-_][\w*.-]{6,}", re.IGNORECASE)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return at most 2,000 characters of plain text, and nothing of an HTML page."""
    text = clean(text[:20_000])
    for secret in secrets:
        text = text.replace(secret, "[key]")
    if _HTML.search(text):
        return ""
    text = _BEARER.sub(r"\1 [key]", _URL.sub("[address]", text))
    text = _KEY.sub("[key]", text)
    text = _SPACE.sub(" ", _TAG.sub("", text)).strip()
    return excerpt(text, MESSAGE_LENGTH)


def excerpt(text: str, most: int = EXCERPT_LENGTH) -> str:
    """Return the first ``most`` characters, the last of them an ellipsis where more follow."""
    return text if len(text) <= most else f"{text[: most - 1]}…"
