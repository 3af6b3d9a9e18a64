"""Find in conversation: the messages of the branch on the page that contain a text."""

import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from conversations import access
from conversations.chat import skeleton
from conversations.models import Message, User
from conversations.refusal import Refused

MOST_CHARACTERS = 200
MOST_FOUND = 1_000
# Messages that are in memory at the same time.
_AT_ONCE = 50
# Accents of Latin, Greek and Cyrillic letters. In other scripts a mark makes another letter.
_ACCENTS = re.compile("[\u0300-\u036f]")
# Emphasis, code and escapes. An underscore between two letters belongs to the word.
_MARKS = re.compile(r"\\([^\w\s]|_)|\*+|~~|`+|(?<!\w)_+|_+(?!\w)")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*\)")


class Found(NamedTuple):
    """The messages, in the order of the branch, and whether there are more of them."""

    ids: list[UUID]
    is_cut: bool


def find(user: User, conversation_id: UUID, head_id: UUID, text: str) -> Found:
    """The messages that contain the text, in small or capital letters and with or without accents,
    on the branch to a message and among the answers below it.

    The database does not compare them: SQLite knows the small letters of ASCII alone, and a text to
    look for is no pattern.
    """
    conversation = access.conversation_for(user, conversation_id)
    nodes = skeleton.shown(head_id, skeleton.nodes_of(conversation.pk))
    if not nodes:
        raise access.NotFound
    wanted = _folded(text)
    if len(text) > MOST_CHARACTERS:
        reason = _("The text to look for can have at most %s characters.")
        raise Refused("too_long", reason % MOST_CHARACTERS, "text")
    if not wanted:
        return Found([], is_cut=False)
    ids = [each.pk for each in nodes if not each.is_deleted]
    return _cut([pk for pk, content in _contents(ids) if _has(content, wanted)])


def _has(content: str, wanted: str) -> bool:
    """True where the text has it as it is written, or as a reader sees it: without the marks."""
    if wanted in _folded(content):
        return True
    seen = _MARKS.sub(r"\1", _LINK.sub(r"\1", content))
    return seen != content and wanted in _folded(seen)


def _contents(ids: list[UUID]) -> Iterator[tuple[UUID, str]]:
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        contents = dict(Message.objects.filter(pk__in=some).values_list("pk", "content"))
        yield from ((pk, contents[pk]) for pk in some if pk in contents)


def _folded(text: str) -> str:
    """The text for comparison: any white space is one space, and letters are without accents.

    Capital letters tell ß and ss alike, and the two kinds of i in Turkish.
    """
    if not text.isascii():
        apart = unicodedata.normalize("NFD", text.upper())
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return " ".join(text.casefold().split())


def _cut(ids: list[UUID]) -> Found:
    return Found(ids[:MOST_FOUND], is_cut=len(ids) > MOST_FOUND)
