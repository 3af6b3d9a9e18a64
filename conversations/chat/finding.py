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
    """The messages, in the order of the branch, how often each has the text, and whether there are
    more of them.

    The page counts again in what it has drawn: a reader does not see the address of a link.
    """

    ids: list[UUID]
    hits: list[int]
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
        return Found([], [], is_cut=False)
    ids = [each.pk for each in nodes if not each.is_deleted]
    hits = {pk: sum(_hits(each, wanted) for each in texts) for pk, *texts in _texts(ids)}
    return _cut({pk: number for pk, number in hits.items() if number})


def _hits(text: str, wanted: str) -> int:
    """The number of places in the text as it is written, or as a reader sees it without the marks,
    whichever has more.
    """
    seen = _MARKS.sub(r"\1", _LINK.sub(r"\1", text))
    return max(_folded(each).count(wanted) for each in {text, seen})


def _texts(ids: list[UUID]) -> Iterator[tuple[UUID, str, str]]:
    """The reasoning and the content of each message, in the order of the ids."""
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        rows = Message.objects.filter(pk__in=some).values_list("pk", "reasoning_content", "content")
        by_id = {row[0]: row for row in rows}
        yield from (by_id[pk] for pk in some if pk in by_id)


def _folded(text: str) -> str:
    """The text for comparison: any white space is one space, and letters are without accents.

    Capital letters tell ß and ss alike, and the two kinds of i in Turkish.
    """
    if not text.isascii():
        apart = unicodedata.normalize("NFD", text.upper())
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", apart))
    return " ".join(text.casefold().split())


def _cut(hits: dict[UUID, int]) -> Found:
    ids, numbers = list(hits), list(hits.values())
    return Found(ids[:MOST_FOUND], numbers[:MOST_FOUND], is_cut=len(ids) > MOST_FOUND)
