"""What a reader's browser keeps of having been let in: a signed note for one link."""

import hashlib
from enum import StrEnum

from django.core import signing

from conversations.models import ShareLink, User

PASS_SECONDS = 12 * 3600
FORM_SECONDS = 24 * 3600
_NOTE_SALT = "conversations.sharing.note"
_FORM_SALT = "conversations.sharing.form"


class Pass(StrEnum):
    """How far a reader has come."""

    NONE = "none"
    UNLOCKED = "unlocked"  # knew the pass-phrase
    VIEWED = "viewed"  # was shown the page, and counted


def written(link: ShareLink, held: Pass) -> str:
    """The note, good for 12 hours and for as long as the pass-phrase stays the same."""
    return signing.dumps([held, _lock(link)], salt=_NOTE_SALT)


def read(link: ShareLink, note: str) -> Pass:
    """What a note says of this link; nothing where it is another's, too old or made up."""
    try:
        held, lock = signing.loads(note, salt=_NOTE_SALT, max_age=PASS_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return Pass.NONE
    return Pass(held) if lock == _lock(link) else Pass.NONE


def form_key(token: str, reader: User) -> str:
    """What proves that a form came from a page of ours, made for this reader.

    Django's own check would refuse it: a page without referrer sends forms from the origin
    ``null`` (Fetch Standard, "append a request `Origin` header").
    """
    return signing.dumps([reader.pk, _digest(token)], salt=_FORM_SALT)


def opens_form(key: str, token: str, reader: User) -> bool:
    """Whether the key is one that :func:`form_key` made."""
    try:
        told = signing.loads(key, salt=_FORM_SALT, max_age=FORM_SECONDS)
    except signing.BadSignature:
        return False
    return bool(told == [reader.pk, _digest(token)])


def _lock(link: ShareLink) -> str:
    return _digest(f"{link.pk}:{link.passphrase_hash}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
