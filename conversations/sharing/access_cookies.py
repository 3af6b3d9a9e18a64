"""What a reader's browser keeps of having been let in: a signed cookie for one link."""

import hashlib
from enum import StrEnum

from django.core import signing

from conversations.models import ShareLink, User

COOKIE_SECONDS = 12 * 3600
FORM_KEY_SECONDS = 24 * 3600
_COOKIE_SALT = "conversations.sharing.access_cookie"
_FORM_KEY_SALT = "conversations.sharing.form"


class Access(StrEnum):
    """How far a reader has come."""

    NONE = "none"
    UNLOCKED = "unlocked"  # knew the pass-phrase
    VIEWED = "viewed"  # was shown the page, and counted


def cookie_for(link: ShareLink, access: Access) -> str:
    """The cookie, good for 12 hours and for as long as the pass-phrase stays the same."""
    return signing.dumps([access, _fingerprint(link)], salt=_COOKIE_SALT)


def access_in(link: ShareLink, cookie: str) -> Access:
    """What a cookie says of this link; nothing where it is another's, too old or made up."""
    try:
        access, fingerprint = signing.loads(cookie, salt=_COOKIE_SALT, max_age=COOKIE_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return Access.NONE
    return Access(access) if fingerprint == _fingerprint(link) else Access.NONE


def form_key(token: str, reader: User) -> str:
    """What proves that a form came from a page of ours, made for this reader.

    Django's own check would refuse it: a page without referrer sends forms from the origin
    ``null`` (Fetch Standard, "append a request `Origin` header").
    """
    return signing.dumps([reader.pk, _digest(token)], salt=_FORM_KEY_SALT)


def is_form_key(key: str, token: str, reader: User) -> bool:
    """Whether the key is one that :func:`form_key` made."""
    try:
        signed = signing.loads(key, salt=_FORM_KEY_SALT, max_age=FORM_KEY_SECONDS)
    except signing.BadSignature:
        return False
    return bool(signed == [reader.pk, _digest(token)])


def _fingerprint(link: ShareLink) -> str:
    return _digest(f"{link.pk}:{link.passphrase_hash}")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
